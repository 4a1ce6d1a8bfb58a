import Logging
import NIOCore
import Prompts
import SIP
import Voicemail

/// The greeting and what to do (K§10.2, steps 6 to 9). Any key goes on to the tone; that for the owner's menu says that it is not to be had.
struct Welcoming: CallState {
    func run(_ visit: MailboxVisit) async -> (any CallState)? {
        let answering = visit.answering
        var end = answering.hasIntroduction ? await visit.say(.greetingIntroduction) : .finished
        if end == .finished { end = await visit.playGreeting() }
        if end == .finished, answering.hasInstructions { end = await visit.say(.leaveMessage) }
        switch end {
        case .over: return nil
        case .key(Keys.login): return await visit.say(.noAccess) == .over ? nil : Taking()
        case .key(Keys.callOperator):
            guard let number = visit.operatorNumber else { return Taking() }
            return CallingOperator(number: number, otherwise: Taking())
        case .key, .finished: return Taking()
        }
    }
}

extension MailboxVisit {
    /// The greeting that applies (K§10.2, step 7). One that cannot be played gives way to the standard one.
    func playGreeting() async -> PlayEnd {
        switch answering.greeting {
        case .none: return .finished
        case .own(let greeting):
            do {
                let clip = try await Clip(telephone: service.renditions.rendition(of: greeting, .telephone))
                story.promptStarted()
                return await call.play(clip)
            } catch {
                service.logger.error("a greeting cannot be played", metadata: ["greeting": "\(greeting.id)", "error": "\(error)"])
                return await say(.personUnavailable(number: mailbox.number))
            }
        case .standard: return await say(.personUnavailable(number: mailbox.number))
        case .nobody: return await say(.personNotAvailable)
        }
    }
}

extension Clip {
    /// Samples of a rendering for telephones: 16 bits behind a header of 44 bytes.
    init(telephone audio: RenderedAudio) async throws {
        let bytes = try await audio.reader.read(at: 44, count: max(0, audio.reader.size - 44))
        let view = bytes.readableBytesView
        self.init(samples: stride(from: view.startIndex, to: view.endIndex - 1, by: 2).map { Int16(bitPattern: UInt16(view[$0]) | UInt16(view[$0 + 1]) << 8) })
    }
}
