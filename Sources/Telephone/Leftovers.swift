import Logging
import SIP
import Voicemail

/// Recordings that an earlier run left: of calls that it died in, and of messages that it could not store. Each becomes a message, once.
struct Leftovers: Sendable {
    let service: VoicemailService
    let captures: CaptureRoom
    let master: CallMaster
    let logger: Logger

    func finish() async {
        do {
            for file in try await captures.leftovers() { await finish(file) }
        } catch {
            logger.error("recordings of earlier calls cannot be looked for", metadata: ["error": "\(error)"])
        }
    }

    /// One that cannot be stored now stays for the next start.
    private func finish(_ file: CaptureFile) async {
        do {
            let contents = try await captures.read(file)
            let sound = CapturedSound(contents.facts.format, contents.sound)
            guard sound.milliseconds >= service.limits.shortestMessageMilliseconds else { return try await captures.remove(contents.facts.id) }
            let message = try await Depositing(service: service, captures: captures, master: master).deposit(
                contents.facts, sound: sound, reception: Reception(isCutOff: !file.isWhole))
            try await captures.remove(contents.facts.id)
            guard let message else { return }
            logger.notice(
                "a call that an earlier run did not finish has become a message",
                metadata: ["call_id": "\(contents.facts.callID)", "message": "\(message.monthID)", "cut_off": "\(!file.isWhole)"])
        } catch {
            logger.error("the recording of an earlier call cannot be stored; it is kept", metadata: ["file": "\(file.path)", "error": "\(error)"])
        }
    }
}
