import StoredRows
import Testing
import Voicemail

/// Where a list with an offset begins, found by counts alone.
@Suite struct DeepPageTests {
    private static let days = [CountedDay(day: 3, count: 2), CountedDay(day: 5, count: 1), CountedDay(day: 9, count: 4)]

    /// The day in which a list begins, and how many of its rows come before; nil behind the last row.
    private func begin(_ offset: Int, ascending: Bool) -> (day: Timestamp?, left: Int)? {
        var page = DeepPage(RecordingQuery(accountID: "a", ascending: ascending, offset: offset))
        for day in ascending ? Self.days : Self.days.reversed() where !page.passes(day) {
            return (ascending ? page.query.from : page.query.to, page.query.offset)
        }
        return nil
    }

    @Test("Every offset, from either end, and one behind the last", arguments: [true, false])
    func days(_ ascending: Bool) {
        let rows = (ascending ? Self.days : Self.days.reversed()).flatMap { day in (0..<day.count).map { (day, $0) } }
        for (offset, (day, left)) in rows.enumerated() {
            let found = begin(offset, ascending: ascending)
            #expect(found?.day == (ascending ? day.first : day.last) && found?.left == left, "\(offset)")
        }
        #expect(begin(rows.count, ascending: ascending) == nil)
    }

    @Test("Bounds that are narrower than the day stay")
    func bounds() {
        let day = Self.days[0], within = day.first.advanced(by: 7)
        var up = DeepPage(RecordingQuery(accountID: "a", from: within, ascending: true)),
            down = DeepPage(RecordingQuery(accountID: "a", to: within, ascending: false))
        let (passedUp, passedDown) = (up.passes(day), down.passes(day))
        #expect(!passedUp && up.query.from == within && !passedDown && down.query.to == within)
    }

    @Test("Blocks are passed in either order, and the serials go on to the list's end")
    func blocks() {
        let size = RecordingAxis.blockSize
        var up = DeepPage(RecordingQuery(accountID: "a", ascending: true, offset: 12)),
            down = DeepPage(RecordingQuery(accountID: "a", ascending: false, offset: 12))
        let first = up.serials(from: 0, of: 10), second = up.serials(from: 2, of: 3)
        #expect(first == nil && second == 2 * size...Int.max && up.query.offset == 2)
        let last = down.serials(from: 2, of: 12), next = down.serials(from: 0, of: 1)
        #expect(last == nil && next == 0...size - 1 && down.query.offset == 0)
    }
}
