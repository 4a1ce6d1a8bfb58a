extension Schema {
    /// A mailbox (K§5.1). Its keys are those of the interface that has the most; the other interfaces translate theirs.
    public static func mailbox(_ limits: Limits) -> Schema {
        Schema([
            Field(.name, .string(min: 1, max: 128), required: true),
            Field(.number, .string(min: 1, max: MailboxNumber.longest), required: true),
            Field(.pin, .string(min: 4, max: limits.maximumPinLength)),
            Field(.requiresPIN, .boolean, default: false),
            Field(.isSetUp, .boolean, default: false),
            Field("check_if_owner", .boolean, default: true),
            Field(.isDeletedAfterNotify, .boolean, default: false),
            Field(.isSavedAfterNotify, .boolean, default: false),
            Field("skip_greeting", .boolean, default: false),
            Field("skip_instructions", .boolean, default: false),
            Field("skip_envelope", .boolean, default: false),
            Field("not_configurable", .boolean, default: false),
            Field("announcement_only", .boolean, default: false),
            Field("oldest_message_first", .boolean, default: false),
            Field(.greetings, .object(Schema([Field("unavailable", .string(min: 32, max: 32))])), default: [:]),
            Field("media_extension", .oneOf(["mp3", "mp4", "wav"]), default: "mp3"),
            Field(.notificationAddresses, .array(.email), default: []),
            Field(.mailCarriesAudio, .boolean, default: true),
            Field("include_transcription_on_notify", .boolean, default: true),
            Field("notify", .object(Schema([Field("callback", .object(callback))]))),
            Field("operator_number", .either(.integer(), .string())),
            Field(.owner, .string(min: 32, max: 32)),
            Field(.timeZone, .timeZone),
            Field("transcribe", .boolean, default: false),
            Field("is_voicemail_ff_rw_enabled", .boolean, default: false),
            Field("seek_duration_ms", .integer(min: 0), default: 10_000),
            Field("flags", .array(.string())),
            Field(.messageKeepDays, .integer(min: MessageRetention.dayCounts.lowerBound, max: MessageRetention.dayCounts.upperBound)),
            Field(.messageKeepCount, .integer(min: 1)),
            Field(.wantedNews, .array(.oneOf(MailboxNews.allCases.map(\.rawValue)))),
        ])
    }

    private static let callback = Schema([
        Field("number", .string()),
        Field("attempts", .integer()),
        Field("interval_s", .integer()),
        Field("timeout_s", .integer()),
        Field("schedule", .array(.integer())),
        Field("disabled", .boolean),
    ])

    /// A user (K§9).
    public static let user = Schema([
        Field(.firstName, .string(min: 1, max: User.longestName), required: true),
        Field(.lastName, .string(min: 1, max: User.longestName), required: true),
        Field(.username, .string(min: 1, max: 256)),
        Field(.password, .string(min: 1, max: 256)),
        Field(.email, .email),
        Field(.privilege, .oneOf(["user", "admin"]), default: "user"),
        Field(.isEnabled, .boolean, default: true),
        Field(.sendsMail, .boolean, default: true),
        Field(.timeZone, .timeZone),
        Field(.language, .string()),
        Field("voicemail", .object(Schema([Field("notify", .object(Schema([Field("callback", .object(callback))])))]))),
    ])

    /// An account (K§9).
    public static let account = Schema([
        Field(.name, .string(min: 1, max: 128), required: true),
        Field(.realm, .string(min: 4, max: 253)),
        Field(.timeZone, .timeZone),
        Field(.language, .string()),
        Field(.isEnabled, .boolean, default: true),
        Field(.messageRetentionDays, .integer(min: 1, max: 36_500)),
        Field(.recordingRetentionDays, .integer(min: RecordingRetention.dayCounts.lowerBound, max: RecordingRetention.dayCounts.upperBound)),
        Field(.recordingMaximumBytes, .integer(min: 1)),
        Field(.letsOwnersHearRecordings, .boolean),
        Field(.messageKeepDays, .integer(min: MessageRetention.dayCounts.lowerBound, max: MessageRetention.dayCounts.upperBound)),
        Field(.messageKeepBytes, .integer(min: 1)),
        Field(.auditsListening, .boolean),
        Field(.notifiesOfClientMessages, .boolean),
        Field(.wantedNews, .array(.oneOf(MailboxNews.allCases.map(\.rawValue)))),
    ])

    /// A greeting (K§8).
    public static let greeting = Schema([
        Field("name", .string(min: 1, max: 128), required: true),
        Field("media_source", .oneOf(["upload", "recording", "tts"]), default: "upload"),
        Field("description", .string(min: 1, max: 128)),
        Field("language", .string(), default: "en-us"),
        Field("streamable", .boolean, default: true),
        Field("content_type", .oneOf(mediaTypes)),
        Field("content_length", .integer(min: 1, max: 11_534_336)),
        Field("tts", .object(Schema([Field("text", .string(min: 1)), Field("voice", .string())])), default: [:]),
        Field("prompt_id", .string()),
        Field("source_id", .string(min: 32, max: 32)),
        Field("source_type", .string()),
    ])

    /// The media types that a client may state for a greeting (K§8): the contract's list, with films and without some names of `AudioContainer`.
    public static let mediaTypes = [
        "audio/mp3", "audio/mpeg", "audio/mpeg3", "audio/x-wav", "audio/wav", "audio/ogg", "video/x-flv", "video/h264", "video/mpeg",
        "video/quicktime", "video/mp4", "video/webm",
    ]

    /// A webhook (K§11.4).
    public static let webhook = Schema([
        Field(.name, .string(min: 1, max: 128), required: true),
        Field(.uri, .string(min: 1, max: 2048), required: true),
        Field(.hook, .string(min: 1, max: 128), required: true),
        Field(.method, .oneOf(Webhook.Method.allCases.map(\.rawValue)), default: "post"),
        Field(.format, .oneOf(["form-data", "json"]), default: "form-data"),
        Field("retries", .integer(min: 0, max: 4), default: 2),
        Field(.isEnabled, .boolean, default: true),
        Field("include_subaccounts", .boolean),
        Field("custom_data", .object(Schema([]))),
    ])

    /// The wording of a mail. Whether a template can be rendered is judged by the module that renders it.
    static let mailTemplate = Schema([
        Field("kind", .string(min: 1, max: 64), required: true),
        Field("language", .string(min: 2, max: 2), required: true),
        Field("subject", .string(min: 1, max: 1000), required: true),
        Field("text", .string(min: 1), required: true),
        Field("html", .string(min: 1), required: true),
    ])
}
