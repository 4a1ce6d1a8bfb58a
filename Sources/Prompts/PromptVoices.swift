import Voicemail

/// Finds the sound for a phrase: the account's own, the language's voice, text to speech, another language's voice, and at last a tone.
/// There always is one: a call is never dropped for want of a prompt.
public struct PromptVoices: Sendable {
    /// Samples a second of everything it gives.
    public static let rate = 8000

    private let settings: PromptSettings
    private let library: SoundLibrary
    private let uploads: AccountPrompts
    private let speech: SpokenTexts

    public init(_ settings: PromptSettings, service: VoicemailService, synthesizer: (any SpeechSynthesizer)?) {
        self.settings = settings
        library = SoundLibrary(directory: settings.directory)
        uploads = AccountPrompts(service: service)
        speech = SpokenTexts(service: service, synthesizer: synthesizer)
    }

    /// Where a phrase's sound is from.
    public enum Origin: Sendable, Hashable {
        case upload, voice, speech
        /// The voice of another language, by its tag.
        case foreign(String)
        case tone
    }

    /// - Parameters:
    ///   - language: as mailboxes and accounts name it: `en-us`; nil for the server's.
    ///   - account: whose own prompts come first; nil for none.
    public func audio(for phrase: Phrase, language: String?, account: Account?) async -> [Int16] {
        await find(phrase, language: language, account: account).samples
    }

    func find(_ phrase: Phrase, language tag: String?, account: Account?) async -> (samples: [Int16], origin: Origin) {
        let wanted = tag ?? settings.language, language = Language.named(wanted) ?? Language.named(settings.language)
        if let account, let own = await uploaded(phrase, wanted, language, account) { return (own, .upload) }
        if let language {
            if let voice = await recorded(phrase, language) { return (voice, .voice) }
            if let entry = language.entry(phrase) {
                let text = Composition(language: language).text(entry.text, phrase.values)
                if let spoken = await speech.samples(text, language: language) { return (spoken, .speech) }
            }
        }
        for other in [Language.named(settings.language), Language.named("en")].compactMap(\.self) where other.tag != language?.tag {
            if let voice = await recorded(phrase, other) { return (voice, .foreign(other.tag)) }
        }
        return (Tone.samples(for: phrase), .tone)
    }

    /// The account's own: the whole phrase, or its pieces with the number between them.
    private func uploaded(_ phrase: Phrase, _ tag: String, _ language: Language?, _ account: Account) async -> [Int16]? {
        var pieces: [[Int16]] = []
        for id in phrase.promptIDs {
            guard let piece = await uploads.samples(id, language: tag, account: account) else { return nil }
            pieces.append(piece)
        }
        guard let first = pieces.first else { return nil }
        guard pieces.count == 2 else { return first }
        guard let language, let names = Composition(language: language).sounds("{digits:number}", phrase.values),
            let number = await library.samples(names, language)
        else { return nil }
        return first + number + pieces[1]
    }

    private func recorded(_ phrase: Phrase, _ language: Language) async -> [Int16]? {
        for composition in language.entry(phrase)?.say ?? [] {
            guard let names = Composition(language: language).sounds(composition, phrase.values) else { continue }
            if let samples = await library.samples(names, language) { return samples }
        }
        return nil
    }

    // MARK: The check

    /// What the phrases of a language are said with.
    public struct Report: Sendable, Hashable {
        public let language: String
        /// The Debian package with its voice; nil for a language without data.
        public let package: String?
        /// Phrases that its voice says, text to speech says, another language's voice says, and that are but a tone.
        public var voiced: [String] = [], spoken: [String] = [], foreign: [String] = [], toned: [String] = []
        /// Sounds that are asked for and not there.
        public var missing: Set<String> = []

        /// Whether every phrase is said in the language.
        public var isGood: Bool { foreign.isEmpty && toned.isEmpty }
    }

    /// Goes through every phrase of a language.
    /// - Parameter isSpoken: whether text to speech is tried, which takes a moment for each; else it is trusted to speak where it is installed.
    public func check(_ tag: String, isSpoken: Bool = true) async -> Report {
        var report = Report(language: tag, package: Language.named(tag)?.package)
        for phrase in Phrase.samples {
            let origin = await origin(phrase, tag, isSpoken: isSpoken)
            switch origin {
            case .upload, .voice: report.voiced.note(phrase.key)
            case .speech: report.spoken.note(phrase.key)
            case .foreign: report.foreign.note(phrase.key)
            case .tone: report.toned.note(phrase.key)
            }
            guard origin != .voice, let language = Language.named(tag), let first = language.entry(phrase)?.say.first,
                let names = Composition(language: language).sounds(first, phrase.values)
            else { continue }
            report.missing.formUnion(await library.missing(names, language))
        }
        return report
    }

    private func origin(_ phrase: Phrase, _ tag: String, isSpoken: Bool) async -> Origin {
        if !isSpoken, speech.isThere, let language = Language.named(tag) { return await recorded(phrase, language) == nil ? .speech : .voice }
        return await find(phrase, language: tag, account: nil).origin
    }
}

extension [String] {
    fileprivate mutating func note(_ key: String) { if !contains(key) { append(key) } }
}

/// Which voices there are, from the configuration.
public struct PromptSettings: Sendable, Hashable {
    /// Where Debian's prompt packages put their sounds.
    public var directory = "/usr/share/asterisk/sounds"
    /// What is spoken where neither mailbox nor account says otherwise.
    public var language = "en"
    /// Those that a check goes through.
    public var languages = ["en"]

    public init() {}
}
