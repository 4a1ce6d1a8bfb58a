import Testing
import Voicemail

/// Words that databases have in their rows: each later version must find things under them.
struct StoredWordsTests {
    @Test("Events are stored under the words that they had in the first version")
    func events() {
        #expect(
            Event.Kind.allCases.map(\.rawValue) == [
                "message_stored", "message_changed", "message_removed", "doc_created", "doc_edited", "doc_deleted", "recording_stored", "mailbox_full",
                "mailbox_nearly_full", "pin_locked", "greeting_changed", "password_reset_requested",
            ])
    }

    @Test("Documents are stored under the words that they had in the first version")
    func documents() {
        #expect(DocumentKind.allCases.map(\.rawValue) == ["account", "user", "mailbox", "media", "webhook", "mail_template"])
    }
}
