import Voicemail

extension Schema {
    /// What a client may state of a message that it leaves (K§6.1).
    static let messageDraft = Schema([
        Field("call_id", .string(max: 512)),
        Field("caller_id_name", .string(max: 35)),
        Field("caller_id_number", .string(max: 35)),
        Field("from", .string(max: 512)),
        Field("to", .string(max: 512)),
        Field("folder", .oneOf(Folder.allCases.map(\.rawValue))),
        Field("length", .integer(min: 0, max: 1_000_000_000)),
        Field("notify", .boolean),
        Field("timestamp", .integer(min: 0, max: Timestamp.gregorianOffset + Timestamp.plausible.upperBound)),
    ])
}
