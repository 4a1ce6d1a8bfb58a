/// What keys mean to somebody who leaves a message (K§10.1).
enum Keys {
    static let login: Character = "*"
    static let save: Character = "1"
    static let listen: Character = "2"
    static let again: Character = "3"
}
