import Voicemail

/// RIFF/WAVE and RF64 (EBU Tech 3306), walked here so that a decoder sees only samples.
///
/// The sizes in the header are checked against the bytes that are there: what is missing is not counted,
/// and a data chunk whose size was never filled in (a recorder that was cut off, a stream) reaches to the end.
enum WaveInput {
    /// A file of tiny chunks must not cost a walk of millions.
    private static let mostChunks = 256
    private static let unknownSize = Int(UInt32.max)
    /// Sizes that writers of streams put in when they do not know better: a page or so below two and four gigabytes.
    private static let neverFilledIn: [ClosedRange<Int>] = [0...0, 0x7FFF_0000...0x7FFF_FFFF, 0xFFFF_0000...Int(UInt32.max)]

    static func recognise(_ source: ByteSource) throws(AudioError) -> AudioInput? {
        guard try source.bytes(at: 8, count: 4).hasText("WAVE") else { return nil }
        var format: WaveFormat?
        var dataSize64: Int?
        var stated = 0
        var offset = 12
        for _ in 0..<mostChunks {
            let header = try source.bytes(at: offset, count: 8)
            guard header.count == 8 else { return nil }
            let length = Int(header.little(UInt32.self, at: 4))
            let body = offset + 8
            if header.hasText("ds64") {
                let sizes = try source.bytes(at: body, count: 16)
                guard sizes.count == 16 else { return nil }
                dataSize64 = Int(clamping: sizes.little(UInt64.self, at: 8))
            } else if header.hasText("fmt ") {
                format = WaveFormat(try source.bytes(at: body, count: min(length, 40)))
            } else if header.hasText("fact") {
                let count = try source.bytes(at: body, count: 4)
                if count.count == 4 { stated = Int(count.little(UInt32.self, at: 0)) }
            } else if header.hasText("data") {
                let declared = length == unknownSize ? dataSize64 ?? length : length
                return try format?.input(
                    source, data: extent(of: declared, from: body, in: source), declared: neverFilledIn.contains { $0.contains(declared) } ? nil : declared,
                    stated: stated)
            }
            offset = body + length + length % 2
        }
        return nil
    }

    private static func extent(of declared: Int, from start: Int, in source: ByteSource) throws(AudioError) -> Range<Int> {
        guard start < source.size else { return start..<start }
        if declared == 0 { return try isChunkList(from: start, in: source) ? start..<start : start..<source.size }
        return start..<start + min(declared, source.size - start)
    }

    /// Whether what follows an empty data chunk is more chunks, so that it really is empty.
    private static func isChunkList(from start: Int, in source: ByteSource) throws(AudioError) -> Bool {
        var offset = start
        for _ in 0..<mostChunks {
            let header = try source.bytes(at: offset, count: 8)
            guard header.count == 8, header[0..<4].allSatisfy({ (0x20..<0x7F).contains($0) }) else { return false }
            let length = Int(header.little(UInt32.self, at: 4))
            offset += 8 + length + length % 2
            if offset >= source.size { return offset - length % 2 <= source.size }
        }
        return false
    }
}
