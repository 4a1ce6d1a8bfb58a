import Prompts
import SIP
import Voicemail

/// Finds the sound for a phrase. There always is one: a call is never dropped for want of a prompt.
public protocol Voices: Sendable {
    /// - Parameter language: as mailboxes and accounts name it: `en-us`; nil for the server's.
    func clip(for phrase: Phrase, language: String?, account: Account) async -> Clip
}

extension PromptVoices: Voices {
    public func clip(for phrase: Phrase, language: String?, account: Account) async -> Clip {
        Clip(samples: await audio(for: phrase, language: language, account: account))
    }
}
