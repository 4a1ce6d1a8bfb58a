import Foundation
import Testing
import Voicemail

/// Every zone of the system's database is good, however short its name.
@Suite struct TimeZoneTests {
    private static let short = ["UTC", "GMT", "EST", "MST", "HST", "CET", "EET", "MET", "WET", "GB", "NZ", "PRC", "ROK", "Cuba", "Eire", "Iran", "Zulu", "UCT"]

    private static func violations(_ zone: String) -> [Violation] {
        [
            Schema.account.apply(to: ["name": "A", "timezone": .string(zone)]),
            Schema.user.apply(to: ["first_name": "A", "last_name": "B", "timezone": .string(zone)]),
            Schema.mailbox(Limits()).apply(to: ["name": "A", "mailbox": "1", "timezone": .string(zone)]),
        ].flatMap(\.1)
    }

    @Test(arguments: short + ["Europe/Dublin", "America/Argentina/ComodRivadavia", "inherit"] + TimeZone.knownTimeZoneIdentifiers)
    func taken(zone: String) {
        #expect(Self.violations(zone).isEmpty)
    }

    /// Names are checked against no list (K§5.1), so what is no zone is judged by its length.
    @Test func judgedByLength() {
        for (text, rule) in [("Nope", .minLength(5)), ("", .minLength(5)), (String(repeating: "x", count: 33), .maxLength(32))] as [(String, Violation.Rule)] {
            #expect(Self.violations(text).map(\.rule) == Array(repeating: rule, count: 3), "\(text)")
        }
        #expect(Self.violations("Nopes").isEmpty)
        #expect(Self.violations(String(repeating: "x", count: 32)).isEmpty)
    }
}
