import CRe
import Waiting

/// A peer that sends no sound may be on hold, silent, or gone: he is asked whether the call is still there.
@SIPLoop struct SignsOfLife {
    /// Steps of 20 milliseconds without a packet after which he is asked, each time anew.
    private let patience: Int
    private var lastSign = 0
    private var isAsking = false

    init(seconds: Int) { patience = seconds * 50 }

    /// A packet has come, or an answer.
    mutating func sign(at step: Int) {
        lastSign = step
        isAsking = false
    }

    /// - Returns: whether he is to be asked now.
    mutating func isDue(at step: Int) -> Bool {
        guard !isAsking, step - lastSign >= patience else { return false }
        isAsking = true
        return true
    }
}

extension Call {
    /// Ends the call when the other side says that there is none, or nothing at all (RFC 3261 §12.2.1.2).
    func askForLife() {
        guard let question = ask("OPTIONS") else { return end(.lost) }
        let patience = Duration.seconds(endpoint.settings.limits.answerSeconds)
        Task { @SIPLoop [weak self] in
            let status = await question.answer.outcome(within: patience) { question.answer.end(nil) }
            guard let self else { return }
            if status == nil || status == 408 || status == 481 { return self.end(.lost) }
            self.life.sign(at: self.media.steps)
        }
    }
}
