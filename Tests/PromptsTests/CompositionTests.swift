import Foundation
import Testing
import Voicemail

@testable import Prompts

/// How languages put their phrases together.
@Suite struct CompositionTests {
    private func said(_ phrase: Phrase, _ tag: String) throws -> String {
        let language = try #require(Language.named(tag)), entry = try #require(language.entry(phrase))
        let first = try #require(entry.say.first)
        return try #require(Composition(language: language).sounds(first, phrase.values), "\(tag) \(first)").joined(separator: " ")
    }

    private func number(_ value: Int, _ tag: String) throws -> String {
        try said(.messageNumber(value), tag).split(separator: " ").dropFirst().map { $0.hasPrefix("digits/") ? String($0.dropFirst(7)) : String($0) }.joined(
            separator: " ")
    }

    @Test func everyLanguageHasEveryPhrase() throws {
        #expect(Language.tags == ["en", "es", "fr", "it", "ru"])
        #expect(Language.all.map(\.tag) == Language.tags)
        for language in Language.all {
            for phrase in Phrase.samples {
                let entry = try #require(language.entry(phrase), "\(language.tag) \(phrase)")
                #expect(!entry.text.isEmpty && !entry.say.isEmpty, "\(language.tag) \(phrase)")
                for composition in entry.say {
                    #expect(Composition(language: language).sounds(composition, phrase.values) != nil, "\(language.tag) \(composition)")
                }
                #expect(!Composition(language: language).text(entry.text, phrase.values).contains("{"), "\(language.tag) \(entry.text)")
            }
        }
    }

    @Test(arguments: [
        ("en", 0, "0"), ("en", 17, "17"), ("en", 40, "40"), ("en", 42, "40 2"), ("en", 100, "1 hundred"), ("en", 1234, "1 thousand 2 hundred 30 4"),
        ("en", 2_000_001, "2 million 1"), ("es", 21, "21"), ("es", 35, "30 and 5"), ("es", 100, "hundred"), ("es", 101, "100-and 1"),
        ("es", 735, "700 30 and 5"),
        ("es", 1001, "thousand 1"), ("es", 3000, "3 thousand"), ("fr", 21, "20 et 1"), ("fr", 71, "60 et 11"), ("fr", 79, "60 19"), ("fr", 80, "80"),
        ("fr", 81, "80 1"), ("fr", 97, "80 17"), ("fr", 200, "2 hundred"), ("it", 28, "28"), ("it", 29, "20 9"), ("it", 1100, "thousand hundred"),
        ("ru", 1, "1n"), ("ru", 22, "20 2n"), ("ru", 115, "hundred 15"), ("ru", 250, "2 5 0"),
    ])
    func numbers(_ tag: String, _ value: Int, _ expected: String) throws { #expect(try number(value, tag) == expected) }

    @Test(arguments: [
        ("en", 1, "vm-message"), ("en", 2, "vm-messages"), ("fr", 1, "vm-message"), ("ru", 1, "vm-message"), ("ru", 2, "vm-messagex1"),
        ("ru", 5, "vm-messagex2"),
        ("ru", 11, "vm-messagex2"), ("ru", 12, "vm-messagex2"), ("ru", 21, "vm-message"), ("ru", 22, "vm-messagex1"), ("ru", 111, "vm-messagex2"),
    ])
    func plurals(_ tag: String, _ count: Int, _ noun: String) throws { #expect(try said(.counts(new: count, saved: 0), tag).hasSuffix(" " + noun)) }

    @Test func counts() throws {
        #expect(try said(.counts(new: 0, saved: 0), "en") == "vm-youhave vm-no vm-messages")
        #expect(try said(.counts(new: 1, saved: 3), "en") == "vm-youhave digits/1 vm-INBOX vm-and digits/3 vm-Old vm-messages")
        #expect(try said(.counts(new: 1, saved: 0), "es") == "vm-youhave digits/1M vm-message vm-INBOXs")
        #expect(try said(.counts(new: 4, saved: 0), "it") == "vm-youhave digits/4 vm-messages vm-nuovi")
    }

    @Test func aNumberIsSaidDigitByDigit() throws {
        #expect(
            try said(.personUnavailable(number: "+30*1#a"), "en") == "vm-theperson digits/3 digits/0 digits/star digits/1 digits/pound letters/a vm-isunavail")
    }

    @Test func times() throws {
        let zone = try #require(TimeZone(identifier: "Europe/Berlin"))
        // 2 March 2024, 15:05 there.
        let time = Timestamp(unix: 1_709_388_300), later = Timestamp(unix: time.unix + 10 * 86_400)
        func said(_ now: Timestamp, _ tag: String) throws -> String { try self.said(.received(SpokenTime(time, now: now, in: zone)), tag) }
        #expect(try said(later, "en") == "vm-received digits/day-6 digits/mon-2 digits/h-2 digits/at digits/3 digits/oh digits/5 digits/p-m")
        #expect(try said(time, "en") == "vm-received digits/today digits/at digits/3 digits/oh digits/5 digits/p-m")
        #expect(try said(Timestamp(unix: time.unix + 86_400), "fr") == "vm-received digits/yesterday digits/at digits/15 digits/oclock digits/5")
        #expect(try said(later, "es") == "vm-received digits/day-6 digits/2 digits/es-de digits/mon-2 digits/at digits/3 digits/and digits/5 digits/p-m")
        let midnight = SpokenTime(Timestamp(unix: 1_709_334_000), now: later, in: zone)
        #expect(try self.said(.received(midnight), "en") == "vm-received digits/day-6 digits/mon-2 digits/h-2 digits/at digits/12 digits/oclock digits/a-m")
    }

    @Test func texts() throws {
        let language = try #require(Language.named("ru"))
        func text(_ phrase: Phrase) throws -> String { Composition(language: language).text(try #require(language.entry(phrase)).text, phrase.values) }
        #expect(try text(.counts(new: 3, saved: 0)) == "У вас 3 новых сообщения.")
        #expect(try text(.personUnavailable(number: "200")) == "Абонент с номером 2 0 0 недоступен.")
    }

    @Test func hostileTemplatesEnd() throws {
        let endless = try #require(
            Language(
                try JSON.parse(
                    Array(
                        """
                        {"language": "xx", "package": "p", "date": "{date}", "today": "{date}", "yesterday": "{date}", "numbers": [{"from": 0, "to": 9, "say": "{=}"}],
                         "phrases": {"message_number": {"say": ["{number:place}"], "text": ""}, "received": {"say": ["{date}"], "text": ""}}}
                        """.utf8))))
        let composition = Composition(language: endless)
        #expect(composition.sounds("{number:place}", Phrase.messageNumber(3).values) == nil)
        #expect(composition.sounds("{date}", Phrase.received(SpokenTime.samples[0]).values) == nil)
        for broken in ["{", "a{b", "{number}", "{plural:x}", "{what}", "x{none}"] {
            #expect(composition.sounds(broken, Phrase.saved.values) == nil, "\(broken)")
        }
    }
}
