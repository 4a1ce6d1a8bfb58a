extension NoticeVariables {
    /// What templates of a kind may name (K§11.1): the variables, and what they are members of.
    static func names(of kind: NoticeTexts.Kind) -> Set<String> {
        var names = shared
        switch kind {
        case .passwordReset: return Set(named("user", ["first_name", "username"]) + named("account", ["name"]) + ["link"])
        case .newMessage: names += message
        case .messageDeleted: names += message + date + named("deletion", ["reason", "is_after_notify", "is_retention"])
        case .mailboxFull, .mailboxNearlyFull: names += date + named("voicemail", ["message_count", "max_message_count", "free_count"])
        case .pinLocked: names += date + named("lock", ["failures", "interface", "source", "until"])
        case .greetingChanged: names += date
        }
        return Set(names)
    }

    private static let person = ["first_name", "last_name", "email", "username"]
    private static let party = ["name", "number", "name_number"]
    private static let time = ["utc", "local", "timestamp", "timezone"]
    private static let date = named("date", time)

    private static let shared =
        named("user", person) + named("owner", person) + named("account", ["id", "name", "realm"]) + named("system", ["product"])
        + named("voicemail", ["vmbox_id", "vmbox_name", "vmbox_number"])

    private static let message =
        named(
            "voicemail",
            [
                "vmbox_include_message_on_notify", "msg_id", "length", "transcription", "file_name", "file_type", "file_size", "is_attached", "is_too_large",
                "link", "link_until", "is_unreadable", "is_left_out",
            ])
        + named("caller_id", party) + named("callee_id", party) + named("from", ["user", "realm"]) + named("to", ["user", "realm"]) + ["call_id"]
        + named("date_called", time)

    private static func named(_ whole: String, _ members: [String]) -> [String] { [whole] + members.map { "\(whole).\($0)" } }
}
