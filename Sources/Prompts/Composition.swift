/// Puts phrases together out of a language's sounds.
///
/// A composition is words with spaces between them. A word is the name of a sound, in which `{n}`, `{tens}` and values stand for
/// themselves, or one of: `{digits:x}`, each character by itself; `{number:x}` and `{ordinal:x}`; `{minutes}`; `{date}`;
/// `{plural:x|one=a+b|other=c}`, which picks by the number's category, `*` being the number; and, in rules of numbers, `{=}`, `{/100}`,
/// `{%100}`, `{-60}`: the number, its part before, its rest if there is any, what is above.
struct Composition {
    let language: Language

    /// The sounds of a composition; nil where it asks for what is not there.
    func sounds(_ template: String, _ values: Values) -> [String]? { sounds(template, values, number: nil, depth: 0) }

    /// Rules lead to rules; none of the languages' comes near.
    private static let deepest = 12

    private func sounds(_ template: String, _ values: Values, number: Int?, depth: Int) -> [String]? {
        guard depth < Self.deepest else { return nil }
        var sounds: [String] = []
        for word in Self.words(template) {
            guard
                let more = word.hasPrefix("{") && word.hasSuffix("}")
                    ? directive(String(word.dropFirst().dropLast()), values, number, depth) : Self.filled(word, values, number).map({ [$0] })
            else { return nil }
            sounds += more
        }
        return sounds
    }

    private func directive(_ text: String, _ values: Values, _ number: Int?, _ depth: Int) -> [String]? {
        if let number, let sign = text.first, "=/%-".contains(sign) { return part(sign, Int(text.dropFirst()), of: number, depth) }
        let halves = text.split(separator: ":", maxSplits: 1).map(String.init)
        switch (halves.first, halves.count > 1 ? halves[1] : nil) {
        case ("digits", let name?): return values.text(name).map(digits)
        case ("number", let name?): return values.numbers[name].flatMap { say($0, language.numbers, depth) }
        case ("ordinal", let name?): return values.numbers[name].flatMap { say($0, language.ordinals, depth) }
        case ("minutes", nil): return values.numbers["minute"].flatMap { say($0, language.minutes, depth) }
        case ("date", nil): return values.time.flatMap { sounds(template(for: $0), values, number: nil, depth: depth + 1) }
        case ("plural", let choice?): return plural(choice, values, depth)
        default: return nil
        }
    }

    private func template(for time: SpokenTime) -> String {
        switch time.nearness {
        case .today: language.today
        case .yesterday: language.yesterday
        case .further: language.date
        }
    }

    private func part(_ sign: Character, _ operand: Int?, of number: Int, _ depth: Int) -> [String]? {
        switch (sign, operand) {
        case ("=", nil): return say(number, language.numbers, depth)
        case ("/", let by?) where by > 0: return say(number / by, language.numbers, depth)
        case ("%", let by?) where by > 0: return number % by == 0 ? [] : say(number % by, language.numbers, depth)
        case ("-", let by?) where by <= number: return say(number - by, language.numbers, depth)
        default: return nil
        }
    }

    private func plural(_ choice: String, _ values: Values, _ depth: Int) -> [String]? {
        guard let (number, picked) = Self.picked(choice, values, language) else { return nil }
        var sounds: [String] = []
        for word in picked.split(separator: "+") {
            guard word == "*" else {
                sounds.append(String(word))
                continue
            }
            guard let said = say(number, language.numbers, depth) else { return nil }
            sounds += said
        }
        return sounds
    }

    /// - Parameter choice: `new|one=message|other=messages`.
    static func picked(_ choice: String, _ values: Values, _ language: Language) -> (Int, String)? {
        let pieces = choice.split(separator: "|").map(String.init)
        guard let name = pieces.first, let number = values.numbers[name] else { return nil }
        func option(_ category: String) -> String? {
            pieces.dropFirst().first { $0.hasPrefix(category + "=") }.map { String($0.dropFirst(category.count + 1)) }
        }
        return (option(language.plural(number)) ?? option("other")).map { (number, $0) }
    }

    /// A number by the rules; digit by digit where there is none for it.
    private func say(_ number: Int, _ rules: NumberRules, _ depth: Int) -> [String]? {
        guard let rule = rules.rule(for: number) else { return digits(String(number)) }
        return sounds(rule.say, Values(), number: number, depth: depth + 1)
    }

    private func digits(_ text: String) -> [String] {
        text.lowercased().compactMap { character in
            switch character {
            case "0"..."9": "digits/\(character)"
            case "a"..."z": "letters/\(character)"
            case "*": "digits/star"
            case "#": "digits/pound"
            case "-": "digits/minus"
            default: nil
            }
        }
    }

    /// The name of a sound with what stands for itself filled in.
    private static func filled(_ word: String, _ values: Values, _ number: Int?) -> String? {
        guard word.contains("{") else { return word }
        var result = "", rest = word[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}") else { return nil }
            result += rest[..<open]
            let name = String(rest[rest.index(after: open)..<close])
            guard let value = own(name, number) ?? values.text(name) else { return nil }
            result += value
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    private static func own(_ name: String, _ number: Int?) -> String? {
        guard let number else { return nil }
        switch name {
        case "n": return String(number)
        case "tens": return String(number - number % 10)
        case "hundreds": return String(number - number % 100)
        case "units": return String(number % 10)
        default: return nil
        }
    }

    private static func words(_ template: String) -> [String] { template.split(separator: " ").map(String.init) }
}

extension Composition {
    /// What text to speech is given: values and plurals filled in, a mailbox's number digit by digit.
    func text(_ template: String, _ values: Values) -> String {
        var result = "", rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            result += rest[..<open]
            let name = String(rest[rest.index(after: open)..<close])
            if name.hasPrefix("plural:") {
                result += Self.picked(String(name.dropFirst(7)), values, language)?.1 ?? ""
            } else if name == "date" {
                result += values.time?.written ?? ""
            } else if let text = values.texts[name] {
                result += text.map(String.init).joined(separator: " ")
            } else {
                result += values.text(name) ?? ""
            }
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}
