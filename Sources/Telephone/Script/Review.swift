import Logging
import Prompts
import SIP
import Voicemail

/// What to do with what was said (K§10.2, step 11). Whoever does not say, or hangs up, has left a message.
struct Review: CallState {
    let take: RecordedTake

    /// Rounds without a key that means something.
    private static let rounds = 4
    /// How long a key is waited for once the menu was said (K§10.1).
    private static let patience = Duration.seconds(5)

    func run(_ visit: MailboxVisit) async -> (any CallState)? {
        var fruitless = 0
        /// One that was pressed while something else than the menu was played.
        var early: Character?
        while fruitless < Self.rounds {
            let key = if let early { early } else { await key(visit) }
            early = nil
            guard let key else {
                if await visit.call.isOver { return Storing(take: take, isHeard: false) }
                fruitless += 1
                continue
            }
            switch key {
            case Keys.save: return Storing(take: take, isHeard: true)
            case Keys.listen:
                fruitless = 0
                early = await listen(visit)
            case Keys.callOperator where visit.operatorNumber != nil: return Storing(take: take, isHeard: true, next: visit.operatorNumber)
            case Keys.again:
                await visit.drop(take.capture)
                return Taking()
            default:
                fruitless += 1
                early = await visit.key(during: .invalidEntry)
            }
        }
        return Storing(take: take, isHeard: true)
    }

    /// - Returns: nil when none was pressed in time.
    private func key(_ visit: MailboxVisit) async -> Character? {
        switch await visit.say(.reviewMenu) {
        case .key(let key): key
        case .over: nil
        case .finished: await visit.call.key(within: Self.patience)
        }
    }

    /// - Returns: the key that it was ended with.
    private func listen(_ visit: MailboxVisit) async -> Character? {
        do {
            let sound = try await visit.captures.sound(of: take.capture)
            if case .key(let key) = await visit.call.play(Clip(samples: sound.samples)) { return key }
        } catch {
            visit.service.logger.error("a recording cannot be played back", metadata: ["file": "\(take.capture.file.path)", "error": "\(error)"])
            return await visit.key(during: .invalidEntry)
        }
        return nil
    }
}

extension MailboxVisit {
    /// Says something.
    /// - Returns: the key that it was ended with.
    fileprivate func key(during phrase: Phrase) async -> Character? {
        if case .key(let key) = await say(phrase) { key } else { nil }
    }
}
