import Logging
import Prompts
import SIP
import SIPGrammar
import Voicemail
import Waiting

/// Takes one call: finds out where it leads, plays the script, and tells what became of it.
struct CallReception: Sendable {
    let service: VoicemailService
    let destinations: any Destinations
    let voices: any Voices
    let captures: CaptureRoom
    let master: CallMaster
    let instruments: CallInstruments
    let operators: Operators
    let logger: Logger

    func take(_ call: Call) async {
        let clock = ContinuousClock(), start = clock.now
        let story = Story()
        let mailbox = await serve(call, story) { instruments.answered(seconds(clock.now - start)) }
        let duration = seconds(clock.now - start), told = story.told
        instruments.ended(told.outcome, duration, told.lost, told.late, told.prompts)
        await log(call, mailbox, told, duration)
    }

    /// - Returns: the mailbox that was called, if any.
    private func serve(_ call: Call, _ story: Story, answered: () -> Void) async -> Mailbox? {
        let destination: Destination?
        do { destination = try await destinations.destination(of: call.invitation) } catch {
            story.failed(error)
            await call.refuse(.unavailable(seconds: 10))
            return nil
        }
        guard let destination else {
            story.ended(.nowhere)
            await call.refuse(.notFound)
            return nil
        }
        guard case .leaveMessage(let mailbox) = destination.purpose else {
            // Owners are not let in by telephone yet.
            story.ended(.listening)
            guard await call.answer() else { return nil }
            answered()
            _ = await call.play(await voices.clip(for: .noAccess, language: destination.account.language, account: destination.account))
            await call.hangUp()
            return nil
        }
        do {
            let answering = try await service.mailboxes.answering(mailbox.id, in: destination.account)
            guard await call.answer() else { return mailbox }
            answered()
            let visit = MailboxVisit(
                call: call, account: destination.account, mailbox: mailbox, answering: answering, callerNumber: destination.callerNumber,
                callerName: destination.callerName, from: destination.callerNumber.flatMap { address(of: call.invitation, $0) },
                operatorNumber: operators.number(of: mailbox, in: destination.account), service: service,
                voices: voices, captures: captures, master: master, story: story)
            await visit.run()
        } catch {
            story.failed(error)
            await call.refuse(.unavailable(seconds: 10))
        }
        return mailbox
    }

    /// `user@host` of a caller who may be known.
    private func address(of invitation: Invitation, _ number: String) -> String? {
        invitation.message.from.uri.host.map { number + "@" + $0 }
    }

    private func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }

    /// One line for each call.
    private func log(_ call: Call, _ mailbox: Mailbox?, _ told: Story.Facts, _ duration: Double) async {
        let ending = await call.over.outcome()
        var facts: Logger.Metadata = [
            "call_id": "\(call.invitation.callID)", "peer": "\(call.invitation.source)", "transport": "\(call.invitation.transport)",
            "outcome": "\(told.outcome.rawValue)", "ended_by": "\(ending.rawValue)", "seconds": "\(Int(duration))",
        ]
        if let mailbox { facts["mailbox"] = "\(mailbox.number)" }
        if let id = told.messageID { facts["message"] = "\(id)" }
        if told.lost > 0 { facts["packets_lost"] = "\(told.lost)" }
        if told.late > 0 { facts["packets_late"] = "\(told.late)" }
        if let failure = told.failure { facts["error"] = "\(failure)" }
        logger.log(level: told.failure == nil ? .info : .error, "call", metadata: facts)
    }
}
