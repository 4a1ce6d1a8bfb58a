/// Audio that is stored before its length is known has a container and no duration; what no decoder accepts has neither.
enum SchemaFour {
    static let statements = [
        "CREATE INDEX blob_unmeasured ON blob (id) WHERE duration_ms IS NULL AND container IS NOT NULL",
    ]
}
