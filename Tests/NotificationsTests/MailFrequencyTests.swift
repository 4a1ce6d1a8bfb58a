import Testing
import Voicemail

@testable import Notifications

/// How often one target gets a mail that whoever calls can bring about.
@Suite struct MailFrequencyTests {
    private static let start = Timestamp(unix: 1_700_000_000)

    private func delivery(_ id: String, to target: String = "anna@example.org") -> Delivery {
        Delivery(id: id, channel: "mail", target: target, accountID: "a", eventSerial: 1, payload: [:], due: Self.start, created: Self.start)
    }

    /// How many of so many deliveries of their own are admitted.
    private func admitted(_ frequency: MailFrequency, _ ids: [String], to target: String = "anna@example.org", most: Int = 5, after seconds: Int = 0) -> Int {
        ids.count { frequency.admits(delivery($0, to: target), most: most, at: Self.start.advanced(by: seconds)) }
    }

    @Test func soManyWithinAPeriodAndOneTargetsAreNotAnothers() {
        let frequency = MailFrequency()
        #expect(admitted(frequency, ["1", "2", "3"]) == 3 && admitted(frequency, ["4", "5", "6", "7"], after: 1800) == 2)
        #expect(admitted(frequency, ["1", "2"], to: "ben@example.org", after: 1800) == 2)
        #expect(admitted(frequency, ["8"], after: MailFrequency.period - 1) == 0)
        #expect(MailFrequency.most == 5 && MailFrequency.mostDeletions == 60 && MailFrequency.period == 3600)
    }

    @Test func oneThatIsTriedAgainCountsOnceAndIsNotHeldBackByOthers() {
        let frequency = MailFrequency()
        #expect(admitted(frequency, ["1", "1", "1", "2", "3", "4", "5"]) == 7)
        #expect(admitted(frequency, ["6", "1", "5", "6"], after: 10) == 2)
    }

    @Test func aPeriodBeginsWithItsFirstMailAndEndsToTheSecond() {
        let frequency = MailFrequency()
        #expect(admitted(frequency, ["1", "2", "3", "4", "5"], after: 100) == 5)
        #expect(admitted(frequency, ["6"], after: 100 + 3599) == 0)
        // The next has as many again, and begins with its own first one.
        #expect(admitted(frequency, ["6", "7", "8", "9", "10", "11"], after: 100 + 3600) == 5)
        #expect(admitted(frequency, ["12"], after: 100 + 7199) == 0 && admitted(frequency, ["12"], after: 100 + 7200) == 1)
    }

    @Test func aClockThatWasPutBackHoldsNothingBackForLong() {
        let frequency = MailFrequency()
        #expect(admitted(frequency, ["1", "2", "3", "4", "5"], after: 1_000_000) == 5)
        #expect(admitted(frequency, ["6", "7", "8", "9", "10", "11"], after: 0) == 5)
        #expect(admitted(frequency, ["12"], after: 3599) == 0 && admitted(frequency, ["12"], after: 3600) == 1)
    }

    @Test func mailsOfOneTargetShareTheirPlaces() {
        let frequency = MailFrequency()
        // Those of deletions may be more; what has come already counts for the others as well.
        #expect(admitted(frequency, (0..<70).map(String.init), most: MailFrequency.mostDeletions) == 60)
        #expect(admitted(frequency, ["70"], most: MailFrequency.most) == 0 && admitted(frequency, ["7"], most: MailFrequency.most) == 1)
        #expect(admitted(frequency, ["71"], to: "none@example.org", most: 0) == 0)
    }

    /// More targets than are remembered: those whose period ends first are forgotten, and may get more.
    @Test func manyTargets() {
        let frequency = MailFrequency()
        for index in 0..<10_000 { #expect(admitted(frequency, ["1"], to: "t\(index)", most: 1, after: index / 10) == 1) }
        #expect(admitted(frequency, ["2"], to: "new", most: 1, after: 1000) == 1)
        #expect(admitted(frequency, ["2"], to: "t9999", most: 1, after: 1000) == 0)
        #expect(admitted(frequency, ["2"], to: "t0", most: 1, after: 1000) == 1)
    }

    @Test func textsAreThoseOfTheLanguageElseOfTheServersElseEnglish() {
        func language(_ tag: String?, _ standard: String = "it") -> String? { NoticeTexts.inLanguage(tag, standard: standard)?.language }
        #expect(NoticeTexts.all.map(\.language) == NoticeTexts.languages)
        #expect(language("fr") == "fr" && language("FR-ca") == "fr" && language("ru_RU") == "ru" && language(nil) == "it" && language("de") == "it")
        #expect(language("fra") == "it" && language("") == "it" && language("de", "xx") == "en" && language(nil, "es-MX") == "es")
    }
}
