/// The receivers of mail about a message, kept with the message.
enum M0002: Migration {
    static let number = 2

    static let statements = [
        "ALTER TABLE message ADD COLUMN notices TEXT"
    ]
}
