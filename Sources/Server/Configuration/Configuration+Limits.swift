import Voicemail

extension Limits {
    /// What the configuration says of limits, retention and notices; `standard` for what it does not.
    init(_ standard: Limits, _ reader: SettingsReader) {
        self = standard
        maximumPinLength = reader.number("limits.pin_length", maximumPinLength, 4...64)
        maximumAudioBytes = reader.number("limits.audio_bytes", maximumAudioBytes, 1...(.max))
        maximumRecordingBytes = reader.number("limits.recording_bytes", maximumRecordingBytes, 1...(.max))
        maximumDocumentBytes = reader.number("limits.document_bytes", maximumDocumentBytes, 4096...16_777_216)
        maximumBatch = reader.number("limits.messages_per_request", maximumBatch, 1...1_000_000)
        maximumRange = reader.number("limits.listing_seconds", maximumRange, 1...Int(Int32.max))
        maximumAccountDepth = reader.number("limits.account_depth", maximumAccountDepth, 1...64)
        tokenLifetime = reader.number("limits.token_seconds", tokenLifetime, 1...31_536_000)
        retentionDays = reader.number("retention.message_days", retentionDays, 1...36_500)
        trashDays = reader.number("retention.trash_days", trashDays, 0...36_500)
        deadLetterDays = reader.number("retention.dead_letter_days", deadLetterDays, 1...3_650)
        recordingRetention.days = reader.optionalNumber("retention.recording_days", 1...36_500)
        recordingRetention.bytes = reader.optionalNumber("retention.recording_bytes", 1...(.max))
        messageRetention.days = reader.optionalNumber("retention.keep_message_days", 1...36_500)
        messageRetention.count = reader.optionalNumber("retention.keep_messages", 1...(.max))
        messageRetention.bytes = reader.optionalNumber("retention.keep_message_bytes", 1...(.max))
        maximumGreetings = reader.number("limits.greetings", maximumGreetings, 1...100_000)
        mailboxCapacity = reader.number("limits.messages_per_mailbox", mailboxCapacity, 1...(.max))
        longestMessageSeconds = reader.number("limits.message_seconds", longestMessageSeconds, 1...36_000)
        shortestMessageMilliseconds = reader.number("limits.message_milliseconds", shortestMessageMilliseconds, 0...60_000)
        mailboxNews = Set(
            reader.list("mail.notices", [MailboxNews](), expecting: MailboxNews.allCases.map(\.rawValue).joined(separator: ", ")) { MailboxNews(rawValue: $0) })
        nearlyFullPercent = reader.number("mail.nearly_full_percent", nearlyFullPercent, 1...99)
        allowsReceiversHere = reader.flag("outbox.receivers_on_this_machine", allowsReceiversHere)
        allowsPrivateReceivers = reader.flag("outbox.receivers_in_private_networks", allowsPrivateReceivers)
        notifiesOfClientMessages = reader.flag("outbox.notify_of_client_messages", notifiesOfClientMessages)
        eventDays = reader.number("retention.event_days", eventDays, 1...3_650)
        numbers = NumberPlan(reader)
    }
}
