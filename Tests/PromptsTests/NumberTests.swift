import Testing
import Voicemail

@testable import Prompts

/// Numbers in each language: a table of those that a grammar is known to trip over, and all of them read back by another hand's rules.
@Suite struct NumberTests {
    /// The sounds of a number, without the folder that they are in.
    private func sounds(_ number: Int, _ tag: String) throws -> [String] {
        let language = try #require(Language.named(tag))
        let names = try #require(Composition(language: language).sounds("{number:place}", Phrase.messageNumber(number).values), "\(tag) \(number)")
        return try names.map { name in
            #expect(name.hasPrefix("digits/"), "\(tag) \(number) \(name)")
            return String(try #require(name.split(separator: "/").last))
        }
    }

    @Test(
        arguments: [
            (
                "en",
                [
                    0: "0", 1: "1", 2: "2", 11: "11", 20: "20", 21: "20 1", 22: "20 2", 30: "30", 99: "90 9", 100: "1 hundred", 101: "1 hundred 1",
                    110: "1 hundred 10",
                    111: "1 hundred 11", 200: "2 hundred", 999: "9 hundred 90 9", 1000: "1 thousand", 1001: "1 thousand 1", 11_000: "11 thousand",
                    21_021: "20 1 thousand 20 1", 100_000: "1 hundred thousand", 1_000_000: "1 million",
                    999_999_999: "9 hundred 90 9 million 9 hundred 90 9 thousand 9 hundred 90 9",
                ]
            ),
            (
                "es",
                [
                    0: "0", 1: "1", 2: "2", 11: "11", 21: "21", 22: "22", 30: "30", 31: "30 and 1", 40: "40", 99: "90 and 9", 100: "hundred", 101: "100-and 1",
                    111: "100-and 11", 121: "100-and 21", 200: "200", 201: "200 1", 500: "500", 999: "900 90 and 9", 1000: "thousand", 1100: "thousand hundred",
                    2000: "2 thousand", 21_000: "21 thousand", 100_000: "hundred thousand", 1_000_000: "1M million", 1_000_001: "1M million 1",
                    2_000_000: "2 millions",
                ]
            ),
            (
                "fr",
                [
                    0: "0", 1: "1", 2: "2", 11: "11", 20: "20", 21: "20 et 1", 22: "20 2", 31: "30 et 1", 61: "60 et 1", 69: "60 9", 70: "60 10",
                    71: "60 et 11", 72: "60 12",
                    77: "60 17", 80: "80", 81: "80 1", 90: "80 10", 91: "80 11", 99: "80 19", 100: "hundred", 101: "hundred 1", 171: "hundred 60 et 11",
                    200: "2 hundred",
                    1000: "thousand", 1001: "thousand 1", 2000: "2 thousand", 71_000: "60 et 11 thousand", 1_000_000: "1 million", 80_000_080: "80 million 80",
                ]
            ),
            (
                "it",
                [
                    0: "0", 1: "1", 2: "2", 11: "11", 20: "20", 21: "21", 22: "20 2", 28: "28", 31: "31", 38: "38", 58: "58", 91: "91", 99: "90 9",
                    100: "hundred", 101: "hundred 1",
                    108: "hundred 8", 121: "hundred 21", 200: "2 hundred", 1000: "thousand", 2000: "2 thousands", 21_000: "21 thousands",
                    1_000_000: "un million",
                    2_000_001: "2 millions 1",
                ]
            ),
            (
                "ru",
                [
                    0: "0", 1: "1n", 2: "2n", 3: "3", 11: "11", 12: "12", 20: "20", 21: "20 1n", 22: "20 2n", 40: "40", 90: "90", 99: "90 9", 100: "hundred",
                    101: "hundred 1n",
                    112: "hundred 12", 199: "hundred 90 9", 200: "2 0 0", 1000: "1 0 0 0",
                ]
            ),
        ] as [(String, [Int: String])])
    func table(_ tag: String, _ numbers: [Int: String]) throws {
        for (number, expected) in numbers { #expect(try sounds(number, tag).joined(separator: " ") == expected, "\(tag) \(number)") }
    }

    /// What was said, as somebody understands it who hears the words: small ones are added, hundred, thousand and million multiply what was before them.
    private func understood(_ words: [String], _ tag: String) -> Int? {
        // Digit by digit: what a language has no rule for.
        if words.count > 1, words.allSatisfy({ $0.count == 1 }) { return Int(words.joined()) }
        var total = 0, part = 0
        for word in words {
            switch word {
            case "and", "et": break
            case "100-and": part += 100
            case "1M", "un", "1n": part += 1
            case "2n": part += 2
            case "hundred": part = part == 0 ? 100 : part * 100
            case "thousand", "thousands": (total, part) = (total + max(part, 1) * 1000, 0)
            case "million", "millions": (total, part) = (total + max(part, 1) * 1_000_000, 0)
            default:
                guard let number = Int(word) else { return nil }
                part += number
            }
        }
        return total + part
    }

    @Test(arguments: ["en", "es", "fr", "it", "ru"]) func everyNumberIsUnderstood(_ tag: String) throws {
        let numbers = Array(0...2100) + [9999, 10_000, 10_001, 20_000, 21_021, 70_071, 80_181, 99_999, 100_000, 101_101, 200_000, 571_028, 999_999]
        for number in numbers + [1_000_000, 1_000_001, 1_100_000, 2_000_000, 21_000_021, 80_000_000, 101_101_101, 999_999_999] {
            #expect(try understood(sounds(number, tag), tag) == number, "\(tag) \(number)")
        }
        // What no rule reaches is said digit by digit, with what is before it.
        #expect(try sounds(1_234_567_890, tag).joined(separator: " ") == "1 2 3 4 5 6 7 8 9 0")
        #expect(try sounds(-12, tag).joined(separator: " ") == "minus 1 2")
        #expect(try sounds(.max, tag).joined() == String(Int.max))
    }

    /// The sounds of Debian's voices: nothing else is asked for, so that no number is a tone.
    @Test(arguments: ["en", "es", "fr", "it", "ru"]) func nothingIsAskedForThatNoVoiceHas(_ tag: String) throws {
        let ones = Set((0...20).map(String.init)), tens = Set(stride(from: 30, through: 90, by: 10).map(String.init))
        let own: [String: Set<String>] = [
            "en": ["hundred", "thousand", "million"],
            "es": Set((21...29).map(String.init)).union(stride(from: 200, through: 900, by: 100).map(String.init)).union([
                "and", "hundred", "100-and", "thousand", "million", "millions", "1M",
            ]),
            "fr": ["et", "hundred", "thousand", "million"],
            "it": Set(stride(from: 21, through: 91, by: 10).map(String.init)).union(stride(from: 28, through: 98, by: 10).map(String.init))
                .union(["hundred", "thousand", "thousands", "un", "million", "millions"]),
            "ru": ["1n", "2n", "hundred"],
        ]
        let known = ones.union(tens).union(try #require(own[tag]))
        for number in Array(0...1999) + stride(from: 2000, to: 3_000_000, by: 7919) {
            let words = try sounds(number, tag)
            #expect(known.isSuperset(of: words), "\(tag) \(number) \(words)")
        }
    }

    /// CLDR's rules for whole numbers, by another hand.
    @Test func pluralsOfCLDR() throws {
        let rules: [String: (Int) -> String] = [
            "en": { $0 == 1 ? "one" : "other" }, "es": { $0 == 1 ? "one" : "other" }, "fr": { $0 < 2 ? "one" : "other" }, "it": { $0 == 1 ? "one" : "other" },
            "ru": { number in
                let last = number % 10, two = number % 100
                if last == 1, two != 11 { return "one" }
                return last >= 2 && last <= 4 && !(two >= 12 && two <= 14) ? "few" : "other"
            },
        ]
        for (tag, rule) in rules {
            let language = try #require(Language.named(tag))
            for number in Array(0...1200) + [1_000_001, 1_000_011, 1_000_022] { #expect(language.plural(number) == rule(number), "\(tag) \(number)") }
        }
    }

    @Test(arguments: [
        ("en", 1, "h-1"), ("en", 2, "h-2"), ("en", 11, "h-11"), ("en", 12, "h-12"), ("en", 13, "h-13"), ("en", 20, "h-20"), ("en", 21, "20 h-1"),
        ("en", 22, "20 h-2"),
        ("en", 23, "20 h-3"), ("en", 30, "h-30"), ("en", 31, "30 h-1"), ("fr", 1, "h-1"), ("fr", 2, "2"), ("fr", 21, "20 et 1"), ("fr", 31, "30 et 1"),
        ("es", 1, "h-1"), ("es", 31, "30 and 1"), ("it", 1, "h-1"), ("it", 28, "28"), ("ru", 2, "2n"), ("ru", 31, "30 1n"),
    ])
    func daysOfTheMonth(_ tag: String, _ day: Int, _ expected: String) throws {
        let language = try #require(Language.named(tag))
        let names = try #require(Composition(language: language).sounds("{ordinal:place}", Phrase.messageNumber(day).values))
        #expect(names.map { $0.split(separator: "/").last.map(String.init) ?? "" }.joined(separator: " ") == expected)
    }

    @Test(arguments: ["en", "en-US", "EN_us", "En", "en-", "en_GB-oxford"]) func tags(_ tag: String) {
        #expect(Language.named(tag)?.tag == "en")
        #expect(Language.tag(for: tag) == "en")
    }

    @Test(arguments: ["", "-en", "e", "eng", "xx", "de", "en us"]) func noTags(_ tag: String) {
        #expect(Language.named(tag) == nil)
        #expect(Language.tag(for: tag) == nil)
    }
}
