import Logging
import NIOConcurrencyHelpers
import Prompts
import SIP
import Voicemail

/// One caller at one mailbox, from the answer to the end: what the states of the script share.
struct MailboxVisit: Sendable {
    /// What its recordings are kept under.
    let id = HexID.random()
    let call: Call
    let account: Account
    let mailbox: Mailbox
    let answering: Answering
    /// nil where he is not known.
    let callerNumber: String?
    let callerName: String?
    /// `user@host` as the call came.
    let from: String?
    /// The number that the operator's key calls; nil where it calls nobody.
    let operatorNumber: String?
    let service: VoicemailService
    let voices: any Voices
    let captures: CaptureRoom
    let master: CallMaster
    let story: Story

    /// The mailbox has no room; those who are to know are told. That they could not be is no trouble of the caller's.
    func noteFull() async {
        story.ended(.full)
        do { try await service.mailboxes.noteFull(mailbox.id, in: account) } catch { story.noted(error) }
    }

    /// Says one thing after the other.
    /// - Returns: how it ended: with a key as soon as one is pressed.
    func say(_ phrases: Phrase...) async -> PlayEnd { await say(phrases) }

    func say(_ phrases: [Phrase], isInterruptible: Bool = true) async -> PlayEnd {
        for phrase in phrases {
            // Nothing is made for one who has hung up.
            guard await !call.isOver else { return .over }
            story.promptStarted()
            let clip = await voices.clip(for: phrase, language: answering.language, account: account)
            let end = await call.play(clip, isInterruptible: isInterruptible)
            guard end == .finished else { return end }
        }
        return .finished
    }
}

/// What happened in a call, for the log and for the counts.
final class Story: Sendable {
    struct Facts: Sendable {
        var outcome = CallOutcome.abandoned
        var messageID: String?
        var seconds = 0.0
        var lost = 0
        var late = 0
        var prompts = 0
        var failure: String?
    }

    private let facts = NIOLockedValueBox(Facts())

    var told: Facts { facts.withLockedValue { $0 } }

    func ended(_ outcome: CallOutcome) { facts.withLockedValue { $0.outcome = outcome } }
    func promptStarted() { facts.withLockedValue { $0.prompts += 1 } }

    func recorded(_ end: RecordEnd) {
        facts.withLockedValue { facts in
            facts.lost += end.lost
            facts.late += end.late
        }
    }

    func stored(_ message: Message?) {
        facts.withLockedValue { facts in
            facts.outcome = .stored
            facts.messageID = message?.monthID
            facts.seconds = Double(message?.lengthMilliseconds ?? 0) / 1000
        }
    }

    /// What went wrong beside the call.
    func noted(_ error: any Error) { facts.withLockedValue { $0.failure = "\(error)" } }

    /// The caller was put through. A call that has left a message before stays one that has.
    func transferred() { facts.withLockedValue { if $0.outcome != .stored { $0.outcome = .transferred } } }

    func failed(_ error: any Error) {
        facts.withLockedValue { facts in
            facts.outcome = .failed
            facts.failure = "\(error)"
        }
    }
}

/// What became of a call.
public enum CallOutcome: String, Sendable, CaseIterable {
    /// It left a message.
    case stored
    /// What was said was too short for one.
    case tooShort = "too_short"
    /// It ended before anything was said.
    case abandoned
    case full
    /// The mailbox is switched off.
    case off
    /// It heard the announcement of a mailbox that takes no messages.
    case announced
    /// It went on to the operator, without a message.
    case transferred
    /// It wanted to listen.
    case listening
    /// No mailbox fits.
    case nowhere
    /// Something is wrong here; what was said is kept.
    case failed
}
