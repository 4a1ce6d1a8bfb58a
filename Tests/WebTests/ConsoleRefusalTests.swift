import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("What the console says where something cannot be done")
struct ConsoleRefusalTests {
    /// What all pages tell alike.
    private static let common: [any Error] = [
        VoicemailError.notFound(id: "x"), VoicemailError.noAudio(id: "x"), VoicemailError.forbidden,
        VoicemailError.expired(id: "x", cutoff: Timestamp(unix: 0)),
        VoicemailError.held(id: "x"), VoicemailError.conflict, VoicemailError.unplayable, StoreError.full, ArchiveError.full, AudioError.overloaded("x"),
        WebFailure.notFound, WebFailure.malformed(400),
    ]

    @Test("What is not wrong with what was typed is told by the one table", arguments: ConsolePage.allCases)
    func tableFirst(_ page: ConsolePage) {
        for error in Self.common {
            #expect(ConsoleRefusal(error, of: page) == nil, "\(error)")
            #expect(WebFailure(error) != .failed, "\(error)")
        }
        // What nobody knows is a failure, and is logged as one.
        for error in [StoreError.conflict, StoreError.failed("x")] as [any Error] {
            #expect(ConsoleRefusal(error, of: page) == nil && WebFailure(error) == .failed, "\(error)")
        }
    }

    @Test("What is wrong with what was typed is the page's to say, by the field where that has a text")
    func typed() {
        func invalid(_ setting: Setting) -> VoicemailError { .invalid([Violation(setting, .required)]) }
        #expect(ConsoleRefusal(invalid(.pin), of: .mailboxes) == .pin)
        #expect(ConsoleRefusal(invalid(.name), of: .mailboxes) == .box)
        #expect(ConsoleRefusal(invalid(.email), of: .users) == .mail)
        #expect(ConsoleRefusal(invalid(.uri), of: .receivers) == .receiver)
        #expect(ConsoleRefusal(VoicemailError.limitReached, of: .groups) == .group)
        #expect(ConsoleRefusal(VoicemailError.documentTooLarge(limit: 1), of: .accounts) == .account)
        #expect(ConsoleRefusal(ConsoleRefusal.himself, of: .users) == .himself)
        // A page where nothing is typed.
        #expect(ConsoleRefusal(invalid(.name), of: .outbox) == nil)
    }

    @Test("The set-up page takes no failure for something that was typed")
    func setup() {
        #expect(SetupForm.wrong(.held(id: "x")) == nil && SetupForm.wrong(.conflict) == nil)
        #expect(SetupForm.wrong(.invalid([Violation(.timeZone, .required)])) == .zone)
        #expect(SetupForm.wrong(.documentTooLarge(limit: 1)) == .account)
    }
}
