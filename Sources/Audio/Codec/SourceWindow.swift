import Voicemail

/// Stretches of a source, one after the other, as the file a decoder sees; a header of ours may come first.
final class SourceWindow: VirtualFile {
    private let source: ByteSource
    private let prefix: [UInt8]
    private let ranges: [Range<Int>]
    /// Where each range begins in this file.
    private let starts: [Int]
    private let total: Int

    init(_ source: ByteSource, prefix: [UInt8] = [], ranges: [Range<Int>]) {
        self.source = source
        self.prefix = prefix
        self.ranges = ranges
        var starts: [Int] = []
        var end = prefix.count
        for range in ranges {
            starts.append(end)
            end += range.count
        }
        self.starts = starts
        total = end
    }

    override var length: Int { total }

    override func read(into destination: UnsafeMutableRawBufferPointer) throws(AudioError) -> Int {
        var done = 0
        while done < destination.count, position + done < total {
            let rest = UnsafeMutableRawBufferPointer(rebasing: destination[done...])
            let count = try readPiece(at: position + done, into: rest)
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Reads from the one piece that `offset` lies in.
    private func readPiece(at offset: Int, into destination: UnsafeMutableRawBufferPointer) throws(AudioError) -> Int {
        if offset < prefix.count {
            let count = min(destination.count, prefix.count - offset)
            destination.copyBytes(from: prefix[offset..<offset + count])
            return count
        }
        let index = piece(at: offset)
        let inside = offset - starts[index]
        let count = min(destination.count, ranges[index].count - inside)
        let target = UnsafeMutableRawBufferPointer(rebasing: destination[..<count])
        return try source.read(at: ranges[index].lowerBound + inside, into: target)
    }

    /// The last range that starts at or before `offset`; `offset` is past the prefix and before the end.
    private func piece(at offset: Int) -> Int {
        var low = 0
        var high = starts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if starts[middle] <= offset { low = middle } else { high = middle - 1 }
        }
        return low
    }
}
