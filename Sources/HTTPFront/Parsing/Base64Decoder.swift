import NIOCore

/// Decodes base64 (RFC 4648 §4) as it arrives, with an optional data-URI prefix (RFC 2397) before it.
///
/// White space is skipped anywhere, padding may be missing. Everything else that is not the alphabet is an error, and so are
/// a lone last digit and digits behind padding. Memory is bounded: a prefix may have 256 bytes.
public struct Base64Decoder: Sendable {
    public enum Failure: Error, Hashable, Sendable {
        case malformed
    }

    /// The media type of a data URI, with its parameters; nil when there was no such prefix or it named none. Known as soon as bytes
    /// are returned.
    public private(set) var mediaType: String?

    private enum Stage {
        /// Could still turn out to be a data URI.
        case start
        case prefix
        case digits
        /// After `=`.
        case padding
    }

    private var stage = Stage.start
    private var head: [UInt8] = []
    private var bits: UInt32 = 0
    private var digits = 0
    private var padding = 0

    private static let scheme = Array("data:".utf8)
    static let longestPrefix = 256

    public init() {}

    /// The bytes that `chunk` completes.
    public mutating func decode(_ chunk: ByteBuffer) throws(Failure) -> ByteBuffer {
        var out = ByteBuffer()
        out.reserveCapacity(chunk.readableBytes / 4 * 3 + 8)
        let isSound = chunk.withUnsafeReadableBytes { take(all: $0, &out) }
        guard isSound else { throw .malformed }
        return out
    }

    /// The bytes that the end completes.
    public mutating func finish() throws(Failure) -> ByteBuffer {
        var out = ByteBuffer()
        if stage == .start, !flushHead(&out) { throw .malformed }
        guard stage != .prefix, digits != 1, padding == 0 || digits + padding == 4 else { throw .malformed }
        if digits == 2 { out.writeInteger(UInt8(truncatingIfNeeded: bits >> 4)) }
        if digits == 3 { out.writeInteger(UInt16(truncatingIfNeeded: bits >> 2)) }
        digits = 0
        padding = 0
        return out
    }

    private mutating func take(all bytes: UnsafeRawBufferPointer, _ out: inout ByteBuffer) -> Bool {
        var index = 0
        while index < bytes.count {
            if stage == .digits, digits == 0 { index += Self.decodeGroups(bytes[index...], &out) }
            guard index < bytes.count else { break }
            guard take(bytes[index], &out) else { return false }
            index += 1
        }
        return true
    }

    /// Decodes whole groups of four digits up to the first byte that is something else.
    /// - Returns: bytes consumed.
    private static func decodeGroups(_ bytes: Slice<UnsafeRawBufferPointer>, _ out: inout ByteBuffer) -> Int {
        let groups = bytes.count / 4
        guard groups > 0 else { return 0 }
        var done = 0
        _ = values.withUnsafeBufferPointer { values in
            out.writeWithUnsafeMutableBytes(minimumWritableBytes: groups * 3) { space in
                var from = bytes.startIndex
                while done < groups {
                    let (a, b) = (values[Int(bytes[from])], values[Int(bytes[from + 1])])
                    let (c, d) = (values[Int(bytes[from + 2])], values[Int(bytes[from + 3])])
                    guard a | b | c | d < 64 else { break }
                    space[done * 3] = a << 2 | b >> 4
                    space[done * 3 + 1] = b << 4 | c >> 2
                    space[done * 3 + 2] = c << 6 | d
                    done += 1
                    from += 4
                }
                return done * 3
            }
        }
        return done * 4
    }

    /// - Returns: false for a byte that cannot stand here.
    private mutating func take(_ byte: UInt8, _ out: inout ByteBuffer) -> Bool {
        switch stage {
        case .start:
            if Self.isSpace(byte), head.isEmpty { return true }
            head.append(byte)
            guard Self.lowered(byte) == Self.scheme[head.count - 1] else { return flushHead(&out) }
            if head.count == Self.scheme.count { stage = .prefix }
            return true
        case .prefix:
            if byte == UInt8(ascii: ",") { return endPrefix() }
            head.append(byte)
            return head.count <= Self.longestPrefix
        case .digits:
            return takeDigit(byte, &out)
        case .padding:
            if Self.isSpace(byte) { return true }
            padding += 1
            return byte == UInt8(ascii: "=") && digits + padding <= 4
        }
    }

    /// The letters of `data:` were digits after all.
    private mutating func flushHead(_ out: inout ByteBuffer) -> Bool {
        stage = .digits
        defer { head = [] }
        return head.allSatisfy { take($0, &out) }
    }

    /// `audio/mp3;base64` or `audio/ogg;codecs=opus;base64`, with `data:` still before it.
    private mutating func endPrefix() -> Bool {
        let text = String(decoding: head.dropFirst(Self.scheme.count), as: UTF8.self)
        let marker = ";base64"
        guard text.lowercased().hasSuffix(marker) else { return false }
        let type = String(text.dropLast(marker.count))
        mediaType = MediaType(parsing: type) == nil ? nil : type
        head = []
        stage = .digits
        return true
    }

    private mutating func takeDigit(_ byte: UInt8, _ out: inout ByteBuffer) -> Bool {
        let value = Self.values[Int(byte)]
        if value < 64 {
            bits = bits << 6 | UInt32(value)
            digits += 1
            guard digits == 4 else { return true }
            out.writeMultipleIntegers(UInt8(truncatingIfNeeded: bits >> 16), UInt16(truncatingIfNeeded: bits))
            bits = 0
            digits = 0
            return true
        }
        guard byte == UInt8(ascii: "=") else { return Self.isSpace(byte) }
        stage = .padding
        padding = 1
        return digits >= 2
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// The value of each digit; 255 for every other byte.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, digit) in alphabet.utf8.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()
}
