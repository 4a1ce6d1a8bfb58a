/// How long audio is to the sample, from which the size of a rendering follows, and whether a part of it was not there or could not be
/// decoded. `frames` is null where only milliseconds are known.
enum SchemaFive {
    static let statements = [
        "ALTER TABLE blob ADD COLUMN frames INTEGER",
        "ALTER TABLE blob ADD COLUMN incomplete INTEGER NOT NULL DEFAULT 0",
    ]
}
