import Voicemail

/// The beginning of a list of recordings with an offset. Counters of whole days, and of blocks of serials, say how many rows lie before it, and none of
/// those is read.
public struct DeepPage {
    /// The offset that is left is less than the rows of one counter once the beginning is found.
    public private(set) var query: RecordingQuery

    public init(_ query: RecordingQuery) { self.query = query }

    /// Passes over a day of the list, in the list's order.
    /// - Returns: false for the day in which the list begins.
    public mutating func passes(_ day: CountedDay) -> Bool {
        guard query.offset < day.count else {
            query.offset -= day.count
            return true
        }
        if query.ascending {
            query.from = max(query.from ?? day.first, day.first)
        } else {
            query.to = min(query.to ?? day.last, day.last)
        }
        return false
    }

    /// Passes over a block of serials that has so many rows, in the list's order.
    /// - Returns: the serials of the list from this block on, where it begins in it; else nil.
    public mutating func serials(from block: Int, of count: Int) -> ClosedRange<Int>? {
        guard query.offset < count else {
            query.offset -= count
            return nil
        }
        let first = block * RecordingAxis.blockSize
        return query.ascending ? first...Int.max : 0...(first + RecordingAxis.blockSize - 1)
    }
}
