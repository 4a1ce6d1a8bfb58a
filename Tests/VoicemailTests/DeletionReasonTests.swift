import Testing
import Voicemail

struct DeletionReasonTests {
    private func reason(_ payload: JSONObject) -> DeletionReason? {
        Event(kind: .messageRemoved, accountID: "a", subjectID: "m", payload: payload, created: Timestamp(unix: 0)).deletionReason
    }

    @Test(arguments: DeletionReason.allCases)
    func anEventSaysWhyAMessageWasDeleted(_ why: DeletionReason) { #expect(reason(["reason": .string(why.rawValue)]) == why) }

    /// Those wait in the outbox of who comes from there.
    @Test func theWordOfTheFirstVersionsIsKnown() { #expect(reason(["reason": "crossbar_action"]) == .asked) }

    @Test func aMessageThatOnlyMovedWasNotDeleted() { #expect(reason([:]) == nil) }
}
