import Logging
import SIP
import Synchronization
import Voicemail
import Waiting

/// Recordings that are no messages yet, and that no call is at any more: of calls that an earlier run died in, and of messages that could not be stored.
/// Each becomes a message, once.
final class Leftovers: Sendable {
    private let service: VoicemailService
    private let captures: CaptureRoom
    private let master: CallMaster
    private let logger: Logger
    /// Why each that is kept could not be stored: to fail again for the same reason is no news.
    private let told = Mutex<[String: String]>([:])
    /// Has them looked for before it is time.
    private let bell = Bell()

    /// Between two looks: nobody may have noticed that the store would take messages again.
    static let interval = Duration.seconds(180)

    init(service: VoicemailService, captures: CaptureRoom, master: CallMaster, logger: Logger) {
        self.service = service
        self.captures = captures
        self.master = master
        self.logger = logger
    }

    /// Messages can be stored again.
    func lookAgain() { bell.ring() }

    /// Looks for them again and again, until the task is cancelled.
    func keepFinishing(by clock: any Clock<Duration>) async {
        async let _ = ringing(by: clock)
        while await bell.rung() { await finish() }
    }

    private func ringing(by clock: any Clock<Duration>) async {
        while true {
            do { try await clock.sleep(for: Self.interval) } catch { return }
            bell.ring()
        }
    }

    /// Not called again before it has returned.
    func finish() async {
        do {
            for file in try await captures.leftovers() { await finish(file) }
        } catch {
            logger.error("recordings that are no messages yet cannot be looked for", metadata: ["error": "\(error)"])
        }
    }

    /// One that cannot be stored now stays for the next time.
    private func finish(_ file: CaptureFile) async {
        do {
            guard let contents = try await captures.read(file) else { return }
            let sound = CapturedSound(contents.facts.format, contents.sound)
            guard sound.milliseconds >= service.limits.shortestMessageMilliseconds else { return try await captures.remove(contents.facts.id) }
            let message = try await Depositing(service: service, captures: captures, master: master).deposit(
                contents.facts, sound: sound, reception: Reception(isCutOff: !file.isWhole))
            try await captures.remove(contents.facts.id)
            told.withLock { $0[file.name] = nil }
            guard let message else { return }
            logger.notice(
                "a recording that was not stored in its call has become a message",
                metadata: ["call_id": "\(contents.facts.callID)", "message": "\(message.monthID)", "cut_off": "\(!file.isWhole)"])
        } catch {
            let reason = "\(error)"
            guard told.withLock({ $0.updateValue(reason, forKey: file.name) }) != reason else { return }
            logger.error("the recording of a call that has ended cannot be stored; it is kept", metadata: ["file": "\(file.path)", "error": "\(reason)"])
        }
    }
}
