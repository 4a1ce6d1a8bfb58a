import Voicemail

/// All frames of an MP3, from the first on, whatever lies between them: tags of joined files, zeros of a lost packet,
/// a frame that was cut off, frames of another rate or of other channels. A decoder sees frames alone, so that
/// it never has to find its way.
struct MPEGWalk {
    /// Frames of one kind that follow one another, in as many pieces as there is something foreign between.
    struct Part {
        let first: MPEGFrame
        fileprivate(set) var ranges: [Range<Int>]
        fileprivate(set) var frames: Int
    }

    private(set) var parts: [Part] = []
    /// Whether the last frame is cut off, or there was too much to look through.
    private(set) var isIncomplete = false

    /// More pieces than this is not a damaged recording but an attack on the reader.
    private static let mostPieces = 4096

    /// - Parameter range: begins with a frame that others follow.
    init(_ range: Range<Int>, in source: ByteSource) throws(AudioError) {
        var search = MPEGSearch(source, end: range.upperBound)
        var offset = range.lowerBound
        for _ in 0..<Self.mostPieces {
            guard let run = try search.run(at: offset) else { return }
            guard run.end < range.upperBound else {
                add(run.kind, offset..<range.upperBound, frames: run.frames)
                isIncomplete = run.end > range.upperBound
                return
            }
            // Behind a tag with its length there is no need to look for frames in its pictures.
            let tagEnd = try ID3Tag.end(in: source, from: run.end)
            let next = try search.chain(from: tagEnd > run.end ? tagEnd : run.lastStart + 4, before: range.upperBound)?.offset
            // The next frame may begin where this one should still go on: then this one is a stump.
            let isStump = next.map { $0 < run.end } ?? false
            add(run.kind, offset..<(isStump ? run.lastStart : run.end), frames: run.frames - (isStump ? 1 : 0))
            guard let next else {
                isIncomplete = search.isExhausted
                return
            }
            offset = next
        }
        isIncomplete = true
    }

    private mutating func add(_ kind: MPEGFrame, _ range: Range<Int>, frames: Int) {
        guard !range.isEmpty else { return }
        if let last = parts.last, last.first.isFollowed(by: kind) {
            parts[parts.count - 1].ranges.append(range)
            parts[parts.count - 1].frames += frames
        } else {
            parts.append(Part(first: kind, ranges: [range], frames: frames))
        }
    }
}

/// Looks for frames that lead to one another.
struct MPEGSearch {
    private let source: ByteSource
    private let end: Int
    /// How many chances are left: a file made of beginnings that lead nowhere would cost more than all of its bytes.
    private var tries = 65536

    private static let fewestFrames = 3
    private static let block = 65536

    init(_ source: ByteSource, end: Int) {
        self.source = source
        self.end = min(end, source.size)
    }

    var isExhausted: Bool { tries <= 0 }

    /// Frames of one kind, one right behind the other.
    struct Run {
        let kind: MPEGFrame
        var frames = 1
        var lastStart: Int
        /// Where the next frame would begin; past the end of the file when the last frame is cut off.
        var end: Int
    }

    func run(at start: Int, upTo limit: Int = .max) throws(AudioError) -> Run? {
        guard let first = MPEGFrame(try header(at: start)) else { return nil }
        var run = Run(kind: first, lastStart: start, end: start + first.byteCount)
        while run.frames < limit, let frame = MPEGFrame(try header(at: run.end)), first.isFollowed(by: frame) {
            run.frames += 1
            run.lastStart = run.end
            run.end += frame.byteCount
        }
        return run
    }

    private func header(at offset: Int) throws(AudioError) -> [UInt8] {
        offset + 4 <= end ? try source.bytes(at: offset, count: 4) : []
    }

    /// The first frame at `start` or later that two more follow; one more is enough where they are all there is.
    mutating func chain(from start: Int, before limit: Int) throws(AudioError) -> (first: MPEGFrame, offset: Int)? {
        var base = start
        while base < min(limit, end) {
            let bytes = try source.bytes(at: base, count: Self.block + 1)
            for index in Self.candidates(bytes) where base + index < limit {
                guard tries > 0 else { return nil }
                tries -= 1
                guard let run = try run(at: base + index, upTo: Self.fewestFrames) else { continue }
                if run.frames >= Self.fewestFrames || run.frames == 2 && run.end >= end { return (run.kind, base + index) }
            }
            base += Self.block
        }
        return nil
    }

    /// Where a header of layer III may begin: eleven bits of the mark, and the layer.
    private static func candidates(_ bytes: [UInt8]) -> [Int] {
        bytes.withUnsafeBufferPointer { bytes in
            var found: [Int] = []
            var index = 0
            while index + 1 < bytes.count {
                if bytes[index] == 0xFF, bytes[index + 1] & 0xE6 == 0xE2 { found.append(index) }
                index += 1
            }
            return found
        }
    }
}
