import HTTPFront
import Voicemail

/// A greeting by text to speech, where the server can speak.
extension WebDialect {
    /// What it is spoken in: the languages of the pages, that of this page first chosen.
    func speechValues(_ visit: PageVisit) -> [String: Any] {
        guard synthesizer != nil else { return [:] }
        let here = visit.pages?.language
        return ["speaks": true, "longest_text": SpeechRequest.longestText, "languages": Self.languages { $0 == here }]
    }

    func speak(_ form: Query, as mailbox: Mailbox, _ account: Account) async throws {
        guard let synthesizer, let language = form["language"], Pages.all.contains(where: { $0.language == language }) else { throw WebFailure.malformed(400) }
        let text = TypedText.lines(form["text"])
        guard !text.isEmpty, text.unicodeScalars.count <= SpeechRequest.longestText else { throw SettingsWrong.speech }
        let speech = SpeechRequest(text: text, language: language), name = greetingName(.wav)
        do {
            let audio = try await service.greetings.speak(speech, by: synthesizer, as: name, for: account)
            try await put(name, audio, speech.origin, mailbox)
        } catch SpeechError.unknownLanguage {
            throw SettingsWrong.speechLanguage
        }
    }
}
