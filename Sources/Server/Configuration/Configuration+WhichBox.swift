import Telephone
import Voicemail

extension WhichBoxSettings {
    init(_ reader: SettingsReader) {
        self.init()
        let words = "target, uri, diversion, history-info, p-called-party-id, to, or header:NAME"
        sources = reader.list("sip.mailbox.sources", sources, expecting: words) { BoxSource($0) }
        if sources.isEmpty { reader.refuse("sip.mailbox.sources", because: "names no place to look", given: ["sip.mailbox.sources"]) }
        forwarder = reader.word("sip.mailbox.forwarder", forwarder)
        rules = reader.list("sip.mailbox.rules", rules, expecting: "PREFIX=REPLACEMENT or /PATTERN/=REPLACEMENT, the pattern without references back") {
            NumberRule($0)
        }
        accounts = reader.list("sip.mailbox.accounts", accounts, expecting: "ACCOUNT=ADDRESS, ACCOUNT=NETWORK or ACCOUNT=:PORT") { AccountRule($0) }
        listening = reader.list("sip.mailbox.listening", listening, expecting: "a number such as *97, or /PATTERN/ whose group is a mailbox") {
            ListeningNumber($0)
        }
        fallback = reader.value("sip.mailbox.default", nil, expecting: "NUMBER or NUMBER@ACCOUNT, or nothing") { text in
            text.isEmpty ? .some(nil) : BoxReference(text).map { .some($0) }
        }
        let headers = CallerSource.allCases.map(\.rawValue).joined(separator: ", ")
        callers = reader.list("sip.caller.sources", callers, expecting: "one of " + headers) { CallerSource(rawValue: $0.lowercased()) }
    }
}

extension NumberPlan {
    init(_ reader: SettingsReader) {
        self.init()
        countryCode = reader.value("numbers.country_code", nil, expecting: "1 to 3 digits such as 49, or nothing") { text in
            text.isEmpty ? .some(nil) : Self.digits(text, 1...3).map { .some($0) }
        }
        internationalPrefix = reader.value("numbers.international_prefix", internationalPrefix, expecting: "at most 5 digits") { Self.digits($0, 0...5) }
        trunkPrefix = reader.value("numbers.trunk_prefix", trunkPrefix, expecting: "at most 5 digits") { Self.digits($0, 0...5) }
        nationalDigits = reader.optionalNumber("numbers.national_digits", 4...14)
    }

    private static func digits(_ text: String, _ count: ClosedRange<Int>) -> String? {
        count.contains(text.utf8.count) && text.utf8.allSatisfy(\.isDigit) ? text : nil
    }
}
