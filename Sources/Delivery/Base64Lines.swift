/// Bytes in base64, in lines of 76 characters that end in CRLF (RFC 2045 §6.8). Mail is mostly this, so it is written six bytes at a time, into memory
/// that is there.
enum Base64Lines {
    /// Bytes that a line holds.
    static let lineBytes = 57
    /// Their width, with the line's end.
    static let lineWidth = 78
    /// Bytes beyond those to be encoded that are read, and must be there.
    static let padding = 2

    static func size(of count: Int) -> Int {
        let rest = count % lineBytes
        return count / lineBytes * lineWidth + (rest == 0 ? 0 : (rest + 2) / 3 * 4 + 2)
    }

    /// - Parameters:
    ///   - count: of the bytes to encode, of which `bytes` has `padding` more; whole lines, but at the end of all.
    ///   - place: has room for `size(of: count)`.
    static func encode(_ bytes: UnsafeRawBufferPointer, count: Int, to place: UnsafeMutableRawBufferPointer) {
        pairs.withUnsafeBufferPointer { pairs in
            var from = 0, to = 0
            while from < count {
                let end = min(count, from + lineBytes)
                while from + 6 <= end {
                    let group = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: from, as: UInt64.self)) >> 16
                    func pair(_ shift: UInt64) -> UInt64 { UInt64(pairs[Int(truncatingIfNeeded: group >> shift & 0xFFF)]) }
                    let characters = pair(36) | pair(24) << 16 | pair(12) << 32 | pair(0) << 48
                    place.storeBytes(of: characters.littleEndian, toByteOffset: to, as: UInt64.self)
                    from += 6
                    to += 8
                }
                while from < end {
                    let left = min(3, end - from)
                    let group = UInt32(bytes[from]) << 16 | (left > 1 ? UInt32(bytes[from + 1]) << 8 : 0) | (left > 2 ? UInt32(bytes[from + 2]) : 0)
                    let characters = UInt32(pairs[Int(group >> 12)]) | UInt32(pairs[Int(group & 0xFFF)]) << 16
                    place.storeBytes(of: characters.littleEndian, toByteOffset: to, as: UInt32.self)
                    for filler in left..<3 { place[to + filler + 1] = UInt8(ascii: "=") }
                    from += left
                    to += 4
                }
                place[to] = UInt8(ascii: "\r")
                place[to + 1] = UInt8(ascii: "\n")
                to += 2
            }
        }
    }

    /// Two characters for each twelve bits, the first in the lower byte.
    private static let pairs: [UInt16] = {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        return (0..<4096).map { UInt16(alphabet[$0 >> 6]) | UInt16(alphabet[$0 & 63]) << 8 }
    }()
}
