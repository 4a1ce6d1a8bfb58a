import Foundation
import Testing
import Voicemail

@testable import Prompts

/// What is said of messages and of times, in each language, as its grammar has it.
@Suite struct SentenceTests {
    private func said(_ phrase: Phrase, _ tag: String) throws -> String {
        let language = try #require(Language.named(tag)), entry = try #require(language.entry(phrase)), first = try #require(entry.say.first)
        return try #require(Composition(language: language).sounds(first, phrase.values), "\(tag) \(first)").joined(separator: " ")
            .replacing("digits/", with: "")
    }

    private func text(_ phrase: Phrase, _ tag: String) throws -> String {
        let language = try #require(Language.named(tag))
        return Composition(language: language).text(try #require(language.entry(phrase)).text, phrase.values)
    }

    // MARK: How many there are

    @Test(arguments: [
        ("en", 0, "vm-youhave vm-no vm-messages", "You have no messages."), ("en", 1, "vm-youhave 1 vm-INBOX vm-message", "You have 1 new message."),
        ("en", 2, "vm-youhave 2 vm-INBOX vm-messages", "You have 2 new messages."),
        ("en", 11, "vm-youhave 11 vm-INBOX vm-messages", "You have 11 new messages."),
        ("en", 21, "vm-youhave 20 1 vm-INBOX vm-messages", "You have 21 new messages."),
        ("en", 22, "vm-youhave 20 2 vm-INBOX vm-messages", "You have 22 new messages."),
        ("en", 101, "vm-youhave 1 hundred 1 vm-INBOX vm-messages", "You have 101 new messages."),
        ("es", 0, "vm-youhaveno vm-messages", "Usted no tiene mensajes."), ("es", 1, "vm-youhave 1M vm-message vm-INBOXs", "Usted tiene 1 mensaje nuevo."),
        ("es", 2, "vm-youhave 2 vm-messages vm-INBOX", "Usted tiene 2 mensajes nuevos."),
        ("es", 11, "vm-youhave 11 vm-messages vm-INBOX", "Usted tiene 11 mensajes nuevos."),
        ("es", 21, "vm-youhave 21 vm-messages vm-INBOX", "Usted tiene 21 mensajes nuevos."),
        ("es", 22, "vm-youhave 22 vm-messages vm-INBOX", "Usted tiene 22 mensajes nuevos."),
        ("es", 101, "vm-youhave 100-and 1 vm-messages vm-INBOX", "Usted tiene 101 mensajes nuevos."),
        ("fr", 0, "vm-youhave vm-no vm-message", "Vous n'avez aucun message."), ("fr", 1, "vm-youhave 1 vm-INBOX vm-message", "Vous avez 1 nouveau message."),
        ("fr", 2, "vm-youhave 2 vm-INBOX vm-messages", "Vous avez 2 nouveaux messages."),
        ("fr", 11, "vm-youhave 11 vm-INBOX vm-messages", "Vous avez 11 nouveaux messages."),
        ("fr", 21, "vm-youhave 20 et 1 vm-INBOX vm-messages", "Vous avez 21 nouveaux messages."),
        ("fr", 22, "vm-youhave 20 2 vm-INBOX vm-messages", "Vous avez 22 nouveaux messages."),
        ("fr", 101, "vm-youhave hundred 1 vm-INBOX vm-messages", "Vous avez 101 nouveaux messages."),
        ("it", 0, "vm-no vm-message", "Non ci sono messaggi."), ("it", 1, "vm-youhave un vm-message vm-nuovo", "C'è 1 messaggio nuovo."),
        ("it", 2, "vm-youhave 2 vm-messages vm-nuovi", "Ci sono 2 messaggi nuovi."),
        ("it", 11, "vm-youhave 11 vm-messages vm-nuovi", "Ci sono 11 messaggi nuovi."),
        ("it", 21, "vm-youhave 21 vm-messages vm-nuovi", "Ci sono 21 messaggi nuovi."),
        ("it", 22, "vm-youhave 20 2 vm-messages vm-nuovi", "Ci sono 22 messaggi nuovi."),
        ("it", 101, "vm-youhave hundred 1 vm-messages vm-nuovi", "Ci sono 101 messaggi nuovi."),
        ("ru", 0, "vm-youhave vm-no vm-messages", "У вас нет сообщений."), ("ru", 1, "vm-youhave 1n vm-newn vm-message", "У вас 1 новое сообщение."),
        ("ru", 2, "vm-youhave 2n vm-newx vm-messagex1", "У вас 2 новых сообщения."),
        ("ru", 11, "vm-youhave 11 vm-newx vm-messagex2", "У вас 11 новых сообщений."),
        ("ru", 21, "vm-youhave 20 1n vm-newn vm-message", "У вас 21 новое сообщение."),
        ("ru", 22, "vm-youhave 20 2n vm-newx vm-messagex1", "У вас 22 новых сообщения."),
        ("ru", 101, "vm-youhave hundred 1n vm-newn vm-message", "У вас 101 новое сообщение."),
    ])
    func newOnes(_ tag: String, _ count: Int, _ sounds: String, _ words: String) throws {
        let phrase = Phrase.counts(new: count, saved: 0)
        #expect(try said(phrase, tag) == sounds && text(phrase, tag) == words)
    }

    @Test(arguments: [
        ("en", 1, "vm-youhave 1 vm-Old vm-message", "You have 1 old message."), ("en", 21, "vm-youhave 20 1 vm-Old vm-messages", "You have 21 old messages."),
        ("es", 1, "vm-youhave 1M vm-message vm-Olds", "Usted tiene 1 mensaje viejo."),
        ("es", 2, "vm-youhave 2 vm-messages vm-Old", "Usted tiene 2 mensajes viejos."),
        ("fr", 1, "vm-youhave 1 vm-Old vm-message", "Vous avez 1 ancien message."),
        ("fr", 2, "vm-youhave 2 vm-Old vm-messages", "Vous avez 2 anciens messages."),
        ("it", 1, "vm-youhave un vm-message vm-vecchio", "C'è 1 messaggio vecchio."),
        ("it", 2, "vm-youhave 2 vm-messages vm-vecchi", "Ci sono 2 messaggi vecchi."),
        ("ru", 1, "vm-youhave 1n vm-oldn vm-message", "У вас 1 старое сообщение."), ("ru", 3, "vm-youhave 3 vm-oldx vm-messagex1", "У вас 3 старых сообщения."),
        ("ru", 111, "vm-youhave hundred 11 vm-oldx vm-messagex2", "У вас 111 старых сообщений."),
    ])
    func savedOnes(_ tag: String, _ count: Int, _ sounds: String, _ words: String) throws {
        let phrase = Phrase.counts(new: 0, saved: count)
        #expect(try said(phrase, tag) == sounds && text(phrase, tag) == words)
    }

    @Test(arguments: [
        ("en", 2, 1, "vm-youhave 2 vm-INBOX vm-and 1 vm-Old vm-message", "You have 2 new and 1 old message."),
        ("es", 1, 2, "vm-youhave 1M vm-message vm-INBOXs vm-and 2 vm-messages vm-Old", "Usted tiene 1 mensaje nuevo y 2 viejos."),
        ("es", 2, 1, "vm-youhave 2 vm-messages vm-INBOX vm-and 1M vm-message vm-Olds", "Usted tiene 2 mensajes nuevos y 1 viejo."),
        ("fr", 1, 2, "vm-youhave 1 vm-INBOX vm-and 2 vm-Old vm-messages", "Vous avez 1 nouveau et 2 anciens messages."),
        ("fr", 2, 1, "vm-youhave 2 vm-INBOX vm-and 1 vm-Old vm-message", "Vous avez 2 nouveaux et 1 ancien message."),
        ("it", 1, 1, "vm-youhave un vm-message vm-nuovo vm-and un vm-vecchio", "Ci sono 1 messaggio nuovo e 1 vecchio."),
        ("it", 2, 3, "vm-youhave 2 vm-messages vm-nuovi vm-and 3 vm-vecchi", "Ci sono 2 messaggi nuovi e 3 vecchi."),
        ("ru", 1, 5, "vm-youhave 1n vm-newn vm-and 5 vm-oldx vm-messagex2", "У вас 1 новое и 5 старых сообщений."),
        ("ru", 5, 21, "vm-youhave 5 vm-newx vm-and 20 1n vm-oldn vm-message", "У вас 5 новых и 21 старое сообщение."),
    ])
    func both(_ tag: String, _ new: Int, _ saved: Int, _ sounds: String, _ words: String) throws {
        let phrase = Phrase.counts(new: new, saved: saved)
        #expect(try said(phrase, tag) == sounds && text(phrase, tag) == words)
    }

    // MARK: When it came

    private static let berlin = TimeZone(identifier: "Europe/Berlin") ?? .gmt

    private func time(_ text: String, _ zone: TimeZone? = nil) throws -> Timestamp {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = zone ?? Self.berlin
        format.dateFormat = "yyyy-MM-dd HH:mm:ss"
        return Timestamp(unix: Int(try #require(format.date(from: text)).timeIntervalSince1970))
    }

    private func received(_ text: String, now: String = "2024-12-24 12:00:00", _ tag: String) throws -> String {
        let spoken = SpokenTime(try time(text), now: try time(now), in: Self.berlin)
        return String(try said(.received(spoken), tag).dropFirst("vm-received ".count))
    }

    @Test(arguments: [
        ("en", "day-5 mon-2 h-1 at 12 oclock a-m", "day-5 mon-2 h-1 at 12 oclock p-m", "day-5 mon-2 h-1 at 1 oh 1 p-m", "day-0 mon-2 30 h-1 at 11 50 9 p-m"),
        (
            "es", "day-5 1 es-de mon-2 at 12 oclock a-m", "day-5 1 es-de mon-2 at 12 oclock p-m", "day-5 1 es-de mon-2 at 1 and 1 p-m",
            "day-0 30 and 1 es-de mon-2 at 11 and 50 and 9 p-m"
        ),
        ("fr", "day-5 h-1 mon-2 at 0 oclock", "day-5 h-1 mon-2 at 12 oclock", "day-5 h-1 mon-2 at 13 oclock 1", "day-0 30 et 1 mon-2 at 20 3 oclock 50 9"),
        ("it", "day-5 1 mon-2 at 0 oclock", "day-5 1 mon-2 at 12 oclock", "day-5 1 mon-2 at 13 e 1", "day-0 31 mon-2 at 20 3 e 50 9"),
        ("ru", "day-5 1n mon-2 at 0 0", "day-5 1n mon-2 at 12 0", "day-5 1n mon-2 at 13 1n", "day-0 30 1n mon-2 at 20 3 50 9"),
    ])
    func midnightNoonAndTheLastMinute(_ tag: String, _ midnight: String, _ noon: String, _ after: String, _ last: String) throws {
        #expect(try received("2024-03-01 00:00:00", tag) == midnight && received("2024-03-01 12:00:59", tag) == noon)
        #expect(try received("2024-03-01 13:01:00", tag) == after && received("2024-03-31 23:59:59", tag) == last)
    }

    @Test(arguments: [
        ("en", "today at 9 30 a-m", "yesterday at 9 30 a-m"), ("es", "today at 9 and 30 a-m", "yesterday at 9 and 30 a-m"),
        ("fr", "today at 9 oclock 30", "yesterday at 9 oclock 30"),
        ("it", "today at 9 e 30", "yesterday at 9 e 30"), ("ru", "today at 9 30", "yesterday at 9 30"),
    ])
    func todayAndYesterday(_ tag: String, _ today: String, _ yesterday: String) throws {
        #expect(try received("2024-12-24 09:30:00", tag) == today && received("2024-12-23 09:30:00", tag) == yesterday)
    }

    private func nearness(_ text: String, now: String) throws -> SpokenTime.Nearness {
        SpokenTime(try time(text), now: try time(now), in: Self.berlin).nearness
    }

    /// Days end at midnight of the zone, and not after so many hours: at the ends of a year, and on the days of 23 and 25 hours.
    @Test(arguments: [
        ("2024-12-24 00:00:00", "2024-12-24 23:59:59", SpokenTime.Nearness.today), ("2024-12-23 23:59:59", "2024-12-24 00:00:00", .yesterday),
        ("2024-12-23 00:00:00", "2024-12-24 23:59:59", .yesterday), ("2024-12-22 23:59:59", "2024-12-24 00:00:00", .further),
        ("2023-12-31 12:00:00", "2024-01-01 00:30:00", .yesterday), ("2024-02-29 12:00:00", "2024-03-01 12:00:00", .yesterday),
        ("2023-12-24 12:00:00", "2024-12-24 12:00:00", .further), ("2024-12-25 00:00:00", "2024-12-24 23:59:59", .further),
        // 31 March 2024 has 23 hours, 27 October 25.
        ("2024-03-30 00:10:00", "2024-03-31 23:50:00", .yesterday), ("2024-03-31 00:10:00", "2024-04-01 23:50:00", .yesterday),
        ("2024-03-30 00:10:00", "2024-04-01 00:05:00", .further), ("2024-10-26 00:10:00", "2024-10-27 23:50:00", .yesterday),
        ("2024-10-27 00:10:00", "2024-10-27 23:50:00", .today), ("2024-10-27 00:10:00", "2024-10-28 23:50:00", .yesterday),
    ])
    func nearness(_ text: String, _ now: String, _ expected: SpokenTime.Nearness) throws { #expect(try nearness(text, now: now) == expected) }

    @Test func theRepeatedHourIsSaidAlikeAndTheMissingOneNever() throws {
        // 27 October 2024: half past two in summer's time, and an hour later half past two again.
        let first = Timestamp(unix: 1_729_989_000), second = Timestamp(unix: first.unix + 3600), now = try time("2024-10-27 20:00:00")
        let zone = Self.berlin
        let spoken = [first, second].map { SpokenTime($0, now: now, in: zone) }
        #expect(spoken[0] == spoken[1] && spoken[0].hour == 2 && spoken[0].minute == 30 && spoken[0].nearness == .today)
        // 31 March 2024: the minute after 1:59 is 3:00.
        let before = try time("2024-03-31 01:59:00"), after = Timestamp(unix: before.unix + 60)
        #expect([before, after].map { SpokenTime($0, now: now, in: zone).hour } == [1, 3])
    }

    @Test func zonesOfHalfHoursAndOfTheOtherDay() throws {
        let moment = try time("2024-06-15 20:00:00", TimeZone(secondsFromGMT: 0)), now = Timestamp(unix: moment.unix + 3600)
        func told(_ name: String) throws -> String {
            let spoken = SpokenTime(moment, now: now, in: try #require(TimeZone(identifier: name)))
            return "\(spoken.nearness) \(spoken.weekday) \(spoken.written)"
        }
        #expect(try told("Asia/Kolkata") == "today 0 16.6., 1:30" && told("Pacific/Kiritimati") == "today 0 16.6., 10:00")
        #expect(try told("America/New_York") == "today 6 15.6., 16:00" && told("Asia/Kathmandu") == "today 0 16.6., 1:45")
        // An hour on either side of midnight there.
        #expect(try told("Asia/Baku") == "today 0 16.6., 0:00" && told("Asia/Riyadh") == "yesterday 6 15.6., 23:00")
    }

    @Test func clocksHaveTwelveHoursTwice() throws {
        let zone = try #require(TimeZone(secondsFromGMT: 0))
        let hours = (0..<24).map { hour in
            let spoken = SpokenTime(Timestamp(unix: 1_704_067_200 + hour * 3600), now: Timestamp(unix: 1_704_067_200), in: zone)
            return "\(spoken.numbers["hour12"] ?? -1)\(spoken.texts["ampm"] ?? "")"
        }
        let half = [12] + Array(1...11)
        #expect(hours == half.map { "\($0)a-m" } + half.map { "\($0)p-m" })
    }

    @Test func weekdaysAndMonthsBeginWithSundayAndJanuary() throws {
        let zone = try #require(TimeZone(secondsFromGMT: 0))
        // 7 January 2024 was a Sunday.
        for day in 0..<7 { #expect(SpokenTime(Timestamp(unix: 1_704_585_600 + day * 86_400), now: Timestamp(unix: 0), in: zone).weekday == day) }
        for month in 1...12 {
            let text = "2023-\(month < 10 ? "0" : "")\(month)-28 23:59:59"
            #expect(SpokenTime(try time(text, zone), now: Timestamp(unix: 0), in: zone).month == month - 1)
        }
    }

    // MARK: Numbers of boxes

    @Test(arguments: ["en", "es", "fr", "it", "ru"]) func numbersOfBoxesAreSpelt(_ tag: String) throws {
        #expect(try said(.personUnavailable(number: "20-0*#aZ"), tag) == "vm-theperson 2 0 minus 0 star pound letters/a letters/z vm-isunavail")
        // What no voice can say is left out, also where it looks like the name of a sound.
        #expect(try said(.personUnavailable(number: "../é 7/"), tag) == "vm-theperson 7 vm-isunavail")
        #expect(try said(.personUnavailable(number: ""), tag) == "vm-theperson vm-isunavail")
        #expect(try text(.personUnavailable(number: "2001"), tag).contains(" 2 0 0 1"))
    }

    @Test(arguments: [("en", "Message 3."), ("es", "Mensaje 3."), ("fr", "Message 3."), ("it", "Messaggio 3."), ("ru", "Сообщение 3.")])
    func places(_ tag: String, _ words: String) throws { #expect(try text(.messageNumber(3), tag) == words) }
}
