import Voicemail

/// The set-up header of a Vorbis stream, read as far as its code books (Vorbis I sections 3.2.1 and 4.2.4).
///
/// A few bytes of it can describe a code book of eight million entries, and there may be 256 of them: tens of gigabytes
/// in the decoder for a file of some hundred bytes. The books of real encoders hold less than a hundred thousand numbers.
enum VorbisSetup {
    private static let mostValues = 1 << 18

    /// - Throws: `AudioError.undecodable` when the books are malformed or larger than any encoder writes.
    static func check(_ packet: [UInt8]) throws(AudioError) {
        guard packet.hasText("\u{5}vorbis") else { throw .undecodable }
        var bits = BitReader(packet, fromByte: 7)
        var values = 0
        for _ in 0...(try bits.read(8)) {
            values += try Self.codeBook(&bits)
            guard values <= mostValues else { throw .undecodable }
        }
    }

    /// Reads one code book.
    /// - Returns: its size in numbers: entries by dimensions.
    private static func codeBook(_ bits: inout BitReader) throws(AudioError) -> Int {
        guard try bits.read(24) == 0x564342 else { throw .undecodable }
        let dimensions = try bits.read(16)
        let entries = try bits.read(24)
        guard dimensions > 0, entries > 0, entries * dimensions <= mostValues else { throw .undecodable }
        try codeLengths(of: entries, &bits)
        let lookup = try bits.read(4)
        guard lookup <= 2 else { throw .undecodable }
        if lookup > 0 {
            bits.skip(64)
            let width = try bits.read(4) + 1
            bits.skip(1 + width * (lookup == 1 ? latticeSize(entries, dimensions) : entries * dimensions))
        }
        return entries * dimensions
    }

    private static func codeLengths(of entries: Int, _ bits: inout BitReader) throws(AudioError) {
        if try bits.read(1) == 1 {
            // Ordered: runs of entries of equal length, which grows by one from run to run.
            var length = try bits.read(5) + 1
            var done = 0
            while done < entries {
                done += try bits.read(Int.bitWidth - (entries - done).leadingZeroBitCount)
                length += 1
                guard length <= 33, done <= entries else { throw .undecodable }
            }
        } else {
            let isSparse = try bits.read(1) == 1
            for _ in 0..<entries {
                if isSparse, try bits.read(1) == 0 { continue }
                bits.skip(5)
            }
        }
    }

    /// The largest number whose power by `dimensions` is no more than `entries` (section 9.2.3).
    private static func latticeSize(_ entries: Int, _ dimensions: Int) -> Int {
        var size = 1
        while power(size + 1, dimensions, atMost: entries) { size += 1 }
        return size
    }

    private static func power(_ base: Int, _ exponent: Int, atMost limit: Int) -> Bool {
        var product = 1
        for _ in 0..<exponent {
            product *= base
            if product > limit { return false }
        }
        return true
    }
}

/// Bits from the lowest of each byte upwards, as Vorbis packs them (Vorbis I section 2.1).
private struct BitReader {
    private let bytes: [UInt8]
    private var position: Int

    init(_ bytes: [UInt8], fromByte start: Int) {
        self.bytes = bytes
        position = 8 * start
    }

    mutating func skip(_ count: Int) { position += count }

    /// - Throws: `AudioError.undecodable` past the end.
    mutating func read(_ count: Int) throws(AudioError) -> Int {
        guard position + count <= 8 * bytes.count else { throw .undecodable }
        var value = 0
        for index in 0..<count {
            let bit = position + index
            value |= Int(bytes[bit / 8] >> (bit % 8) & 1) << index
        }
        position += count
        return value
    }
}
