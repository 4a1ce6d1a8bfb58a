import Logging
import SIP
import Voicemail

/// The tone, and what is said after it (K§10.2, step 10).
struct Taking: CallState {
    /// K§10.2.
    private static let tone = Clip.tone(hertz: 440, milliseconds: 500)

    func run(_ visit: MailboxVisit) async -> (any CallState)? {
        // A caller who has hung up already leaves no file.
        guard await !visit.call.isOver else { return nil }
        let capture: Capture
        do { capture = try await visit.captures.begin(await visit.facts(), in: visit.id) } catch {
            visit.story.failed(error)
            return Sorry()
        }
        guard await visit.call.play(Self.tone, isInterruptible: false) == .finished else {
            await visit.drop(capture)
            return nil
        }
        // The other side may have gone over to another format since the file says which one it is in.
        let end = await visit.call.record(to: capture, as: capture.facts.format, RecordRules(seconds: visit.answering.longestSeconds))
        visit.story.recorded(end)
        do { try await visit.captures.finish(capture, ticks: end.samples) } catch {
            visit.story.failed(error)
            return Sorry()
        }
        let take = RecordedTake(capture: capture, end: end)
        return end.reason == .over ? Storing(take: take, isHeard: false) : Review(take: take)
    }
}

/// A recording that is over, and waits for what becomes of it.
struct RecordedTake: Sendable {
    let capture: Capture
    let end: RecordEnd

    var milliseconds: Int { end.samples * 1000 / Clip.rate }
}

extension MailboxVisit {
    /// A new recording, as it will be a message.
    fileprivate func facts() async -> CaptureFacts {
        CaptureFacts(
            id: HexID.random(), accountID: account.id, mailboxID: mailbox.id, callID: call.invitation.callID, from: from, callerNumber: callerNumber,
            callerName: callerName, started: service.clock.now.unix, encoding: await call.format.rawValue)
    }

    /// Removes a recording that is not wanted.
    func drop(_ capture: Capture) async {
        do { try await captures.remove(capture.facts.id) } catch {
            service.logger.error("a recording that nobody wants stays", metadata: ["file": "\(capture.file.path)", "error": "\(error)"])
        }
    }
}
