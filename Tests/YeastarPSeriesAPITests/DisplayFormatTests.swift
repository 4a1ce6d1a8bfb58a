import Foundation
import Testing
import Voicemail

@testable import YeastarPSeriesAPI

/// Times as the PBX shows them (P§2.9).
@Suite struct DisplayFormatTests {
    private let dublin = TimeZone(identifier: "Europe/Dublin") ?? .gmt
    /// 2022-01-12 17:36:24 in Dublin.
    private let call = Timestamp(unix: 1_642_008_984)

    @Test("The format of the guide's examples is the standard one")
    func standard() {
        #expect(DisplayFormat.standard.text(call, in: dublin) == "01/12/2022 17:36:24")
        #expect(DisplayFormat.standard == DisplayFormat(date: "MM/DD/YYYY", time: "HH:mm:ss"))
        #expect(DisplayFormat.standard.wallTime("01/12/2022 17:36:24")?.timestamp(in: dublin) == call)
    }

    @Test(
        "Every order, separator and both clocks, there and back",
        arguments: [
            ("YYYY/MM/DD", "HH:mm:ss", "2022/01/12 17:36:24"), ("DD/MM/YYYY", "hh:mm:ss A", "12/01/2022 05:36:24 PM"),
            ("YYYY-MM-DD", "HH:mm:ss", "2022-01-12 17:36:24"), ("DD-MM-YYYY", "HH:mm:ss", "12-01-2022 17:36:24"),
            ("MM.DD.YYYY", "A hh:mm:ss", "01.12.2022 PM 05:36:24"),
        ])
    func formats(_ date: String, _ time: String, _ text: String) throws {
        let format = try #require(DisplayFormat(date: date, time: time))
        #expect(format.text(call, in: dublin) == text)
        #expect(format.wallTime(text)?.timestamp(in: dublin) == call)
        #expect([format.date, format.time] == [date, time])
    }

    @Test("Noon and midnight on the twelve-hour clock")
    func halfDays() throws {
        let format = try #require(DisplayFormat(date: "DD/MM/YYYY", time: "hh:mm:ss A"))
        // The public client's own example.
        #expect(format.wallTime("20/11/2026 12:00:00 AM")?.timestamp(in: .gmt) == Timestamp(unix: 1_795_132_800))
        #expect(format.wallTime("20/11/2026 12:00:00 pm")?.timestamp(in: .gmt) == Timestamp(unix: 1_795_132_800 + 43_200))
        #expect(format.text(Timestamp(unix: 1_795_132_800), in: .gmt) == "20/11/2026 12:00:00 AM")
        #expect(format.text(Timestamp(unix: 1_795_132_800 + 43_200), in: .gmt) == "20/11/2026 12:00:00 PM")
    }

    @Test("A range that ends in the hour that a clock shows twice includes both passes of it")
    func repeatedHour() {
        let text = "10/25/2026 01:30:00"
        #expect(DisplayFormat.standard.wallTime(text)?.timestamp(in: dublin) == Timestamp(rfc3339: "2026-10-25T00:30:00Z"))
        #expect(DisplayFormat.standard.wallTime(text)?.lastTimestamp(in: dublin) == Timestamp(rfc3339: "2026-10-25T01:30:00Z"))
        #expect(DisplayFormat.standard.wallTime("10/25/2026 02:00:00")?.lastTimestamp(in: dublin) == Timestamp(rfc3339: "2026-10-25T02:00:00Z"))
    }

    @Test(
        "What is no time in the format is none",
        arguments: [
            "", "01/12/2022", "01/12/2022 17:36", "1/12/2022 17:36:24", "13/12/2022 17:36:24", "02/30/2022 17:36:24", "01/12/2022 24:00:00",
            "01/12/2022 17:60:00",
            "01/12/2022 17:36:24 ", "01-12-2022 17:36:24", "01/12/2022T17:36:24", "٠١/12/2022 17:36:24", "01/12/2022 17:36:2x", "00/00/0000 00:00:00",
        ])
    func noTimes(_ text: String) {
        #expect(DisplayFormat.standard.wallTime(text)?.timestamp(in: dublin) == nil)
    }

    @Test(
        "A format that lacks a part, repeats one or has strange letters is none",
        arguments: [
            ("YYYY/MM", "HH:mm:ss"), ("YYYY/MM/DD", "HH:mm"), ("YYYY/MM/DD", "hh:mm:ss"), ("YYYY/MM/DD", "HH:mm:ss A"), ("YYYY/MM/DD/DD", "HH:mm:ss"),
            ("yyyy/MM/DD", "HH:mm:ss"), ("", ""), ("YYYY/MM/DD", "HH:mm:ss Z"), ("YYYY/MM/DD1", "HH:mm:ss"),
        ])
    func noFormats(_ date: String, _ time: String) {
        #expect(DisplayFormat(date: date, time: time) == nil)
    }

    @Test("Any second of some centuries comes back as it was, outside of the hour that clocks show twice")
    func roundTrip() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let time = Timestamp(unix: Int.random(in: -2_000_000_000...6_000_000_000, using: &random))
            #expect(DisplayFormat.standard.wallTime(DisplayFormat.standard.text(time, in: .gmt))?.timestamp(in: .gmt) == time)
        }
    }
}
