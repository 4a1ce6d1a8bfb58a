import CPrompts
import Voicemail

/// How a language says the telephone's phrases: the data of `Sources/CPrompts`.
public struct Language: Sendable {
    /// A tag of two letters.
    public let tag: String
    /// The Debian package with its voice.
    public let package: String
    /// Folders that its voice may be in, best first.
    let directories: [String]
    let plurals: [PluralRule]
    let numbers: NumberRules
    let ordinals: NumberRules
    let minutes: NumberRules
    let date: String, today: String, yesterday: String
    private let phrases: [String: PhraseEntry]

    /// How a phrase is said.
    struct PhraseEntry: Sendable {
        /// Compositions of sounds, best first.
        let say: [String]
        /// For text to speech.
        let text: String
    }

    func entry(_ phrase: Phrase) -> PhraseEntry? { phrases[phrase.key] }

    /// All that are compiled in.
    public static let all: [Language] = [
        bytes(aftertone_prompts_en), bytes(aftertone_prompts_es), bytes(aftertone_prompts_fr), bytes(aftertone_prompts_it), bytes(aftertone_prompts_ru),
    ].compactMap { bytes in (try? JSON.parse(bytes)).flatMap { Language($0) } }

    /// The one that a tag such as `en-US` means; nil for one without data.
    public static func named(_ tag: String) -> Language? {
        let primary = primary(of: tag)
        return all.first { $0.tag == primary }
    }

    /// The language of a tag without its country: `en` of `en-US` and `en_us`.
    static func primary(of tag: String) -> String { String(tag.lowercased().prefix { $0 != "-" && $0 != "_" }) }

    private static func bytes(_ document: (UnsafeMutablePointer<Int>?) -> UnsafePointer<UInt8>?) -> [UInt8] {
        var size = 0
        guard let first = document(&size) else { return [] }
        return Array(UnsafeBufferPointer(start: first, count: size))
    }

    /// - Returns: nil where something that every language needs is missing.
    init?(_ json: JSON) {
        guard let tag = json["language"]?.string, let package = json["package"]?.string, let date = json["date"]?.string,
            let today = json["today"]?.string, let yesterday = json["yesterday"]?.string, let entries = json["phrases"]?.object
        else { return nil }
        (self.tag, self.package, self.date, self.today, self.yesterday) = (tag, package, date, today, yesterday)
        directories = json["directories"]?.array?.compactMap(\.string) ?? []
        plurals = json["plurals"]?.object?.map { PluralRule($0.key, $0.value) } ?? []
        numbers = NumberRules(json["numbers"])
        ordinals = NumberRules(json["ordinals"])
        minutes = NumberRules(json["minutes"])
        var phrases: [String: PhraseEntry] = [:]
        for (key, value) in entries {
            phrases[key] = PhraseEntry(say: value["say"]?.array?.compactMap(\.string) ?? [], text: value["text"]?.string ?? "")
        }
        self.phrases = phrases
    }

    /// The category of a number (as CLDR has them): the first rule that it keeps, else `other`.
    func plural(_ number: Int) -> String { plurals.first { $0.fits(number) }?.category ?? "other" }
}

/// When a number is of a category: exactly these, or those with these last digits but not these last two.
struct PluralRule: Sendable {
    let category: String
    private let exact: [Int], units: [Int], excluded: [Int]

    init(_ category: String, _ json: JSON) {
        self.category = category
        func numbers(_ key: String) -> [Int] { json[key]?.array?.compactMap(\.int) ?? [] }
        (exact, units, excluded) = (numbers("is"), numbers("units"), numbers("not"))
    }

    func fits(_ number: Int) -> Bool { exact.contains(number) || units.contains(number % 10) && !excluded.contains(number % 100) }
}

/// How numbers are said: rules for stretches of them, the first that fits holding.
struct NumberRules: Sendable {
    struct Rule: Sendable {
        let range: ClosedRange<Int>
        /// Only multiples of this; only those with this last digit.
        let every: Int?, unit: Int?
        let say: String
    }

    let rules: [Rule]

    init(_ json: JSON?) {
        rules = (json?.array ?? []).compactMap { rule in
            guard let from = rule["from"]?.int, let to = rule["to"]?.int, from <= to, let say = rule["say"]?.string else { return nil }
            return Rule(range: from...to, every: rule["every"]?.int, unit: rule["unit"]?.int, say: say)
        }
    }

    func rule(for number: Int) -> Rule? {
        rules.first { $0.range.contains(number) && ($0.every.map { number % $0 == 0 } ?? true) && ($0.unit.map { number % 10 == $0 } ?? true) }
    }
}
