import Prompts
import SIP
import Voicemail

/// Makes a message of what was said; that it is saved is said after the commit (K§10.2, steps 11 and 12).
struct Storing: CallState {
    let take: RecordedTake
    /// Whether the caller is still there.
    let isHeard: Bool
    /// The number that the caller wants to be connected with afterwards.
    var next: String?

    func run(_ visit: MailboxVisit) async -> (any CallState)? {
        guard take.milliseconds >= visit.answering.shortestMilliseconds else {
            visit.story.ended(.tooShort)
            await visit.drop(take.capture)
            return next.map { CallingOperator(number: $0, otherwise: nil) }
        }
        do {
            let depositing = Depositing(service: visit.service, captures: visit.captures, master: visit.master)
            let sound = try await visit.captures.sound(of: take.capture)
            let message = try await depositing.deposit(
                take.capture.facts, sound: sound, reception: Reception(lost: take.end.lost, late: take.end.late))
            visit.story.stored(message)
        } catch VoicemailError.limitReached {
            // Other callers have filled the mailbox meanwhile.
            await visit.noteFull()
            await visit.drop(take.capture)
            if isHeard { _ = await visit.say(.mailboxFull) }
            return nil
        } catch {
            visit.story.failed(error)
            return Sorry()
        }
        await visit.drop(take.capture)
        guard isHeard else { return nil }
        guard let next else {
            _ = await visit.say(.saved, .thankYou)
            return nil
        }
        _ = await visit.say(.saved)
        return CallingOperator(number: next, otherwise: nil)
    }
}
