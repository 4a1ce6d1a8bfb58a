/// Who was told of a message by mail, kept with it.
enum M0002: Migration {
    static let number = 2

    static let statements = [
        "ALTER TABLE message ADD COLUMN notices TEXT"
    ]
}
