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

    /// The tags of all that are compiled in. `all` reads their data as well, which a command that says nothing has no time for.
    public static let tags = ["en", "es", "fr", "it", "ru"]

    /// All that are compiled in, in the order of `tags`.
    public static let all = tags.compactMap { tag in (try? JSON.parse(document(of: tag))).flatMap { Language($0) } }

    /// The one that a tag such as `en-US` means; nil for one without data.
    public static func named(_ tag: String) -> Language? {
        let primary = primary(of: tag)
        return all.first { $0.tag == primary }
    }

    /// The tag of the language that a tag such as `en-US` means; nil for one without data.
    public static func tag(for tag: String) -> String? {
        let primary = primary(of: tag)
        return tags.contains(primary) ? primary : nil
    }

    /// The language of a tag without its country: `en` of `en-US` and `en_us`.
    static func primary(of tag: String) -> String { String(tag.lowercased().prefix { $0 != "-" && $0 != "_" }) }

    private static func document(of tag: String) -> [UInt8] {
        var size = 0
        let first: UnsafePointer<UInt8>? =
            switch tag {
            case "en": aftertone_prompts_en(&size)
            case "es": aftertone_prompts_es(&size)
            case "fr": aftertone_prompts_fr(&size)
            case "it": aftertone_prompts_it(&size)
            case "ru": aftertone_prompts_ru(&size)
            default: nil
            }
        guard let first else { return [] }
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
