import Testing
import Voicemail

@Suite("Beginnings of messages' names, made for many at once")
struct MonthPrefixesTests {
    @Test("They are what each message's name begins with, in whatever order the messages come")
    func agree() {
        var generator = Seeds(state: 2026)
        var months = MonthPrefixes()
        let day = 86_400
        // Days around the ends of months, leap years, before 1970, and seconds at midnight.
        var moments = [0, -1, 951_782_399, 951_782_400, 951_868_800, 1_709_164_800, 1_709_251_199, 1_709_251_200, -86_400, -86_401]
        for _ in 0..<5_000 {
            let base = Int.random(in: -40_000...60_000, using: &generator) * day
            moments += [base - 1, base, base + 1, base + Int.random(in: 0..<(40 * day), using: &generator)]
        }
        for moment in moments {
            let timestamp = Timestamp(unix: moment)
            let name = ListedMessage.sample(at: timestamp).monthID
            #expect(months.prefix(of: timestamp) == name.prefix(7), "\(moment)")
        }
    }
}

private struct Seeds: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}

extension ListedMessage {
    fileprivate static func sample(at timestamp: Timestamp) -> ListedMessage {
        ListedMessage(
            id: String(repeating: "0", count: 32), serial: 1, accountID: "", mailboxID: "", timestamp: timestamp, folder: .new, from: "", to: "",
            callerName: "", callerNumber: "", callID: "", lengthMilliseconds: 0, isTranscribed: false, modified: timestamp)
    }
}
