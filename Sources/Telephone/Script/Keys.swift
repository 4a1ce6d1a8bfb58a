/// What keys mean to somebody who leaves a message (K§10.1).
enum Keys {
    static let login: Character = "*"
    /// Where the mailbox has an operator; a key like others where it has none.
    static let callOperator: Character = "0"
    static let save: Character = "1"
    static let listen: Character = "2"
    static let again: Character = "3"
}
