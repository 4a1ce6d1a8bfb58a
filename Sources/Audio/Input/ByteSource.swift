import NIOCore
import Voicemail

/// The bytes of one piece of audio, read by offset: a file, or what is already in memory.
///
/// Belongs to one conversion and is used on its thread only. Small reads of a file are served from a
/// block read ahead, so that walking frame headers does not cost a system call each.
final class ByteSource {
    private enum Backing {
        case memory(ByteBuffer)
        case file(OpenFile)
    }

    /// Bytes, as they were when the source was opened.
    let size: Int
    private let backing: Backing
    private var ahead: [UInt8] = []
    private var aheadRange = 0..<0

    private static let readAhead = 65536

    /// - Throws: `AudioError.failed` when the file cannot be opened or is not a regular file.
    init(_ source: AudioSource) throws(AudioError) {
        switch source {
        case .bytes(let buffer):
            backing = .memory(buffer)
            size = buffer.readableBytes
        case .file(let path):
            let file = try OpenFile(reading: path)
            backing = .file(file)
            size = try file.size()
        }
    }

    /// Fills `destination` from `offset`.
    /// - Returns: the bytes copied, fewer than asked only at the end.
    func read(at offset: Int, into destination: UnsafeMutableRawBufferPointer) throws(AudioError) -> Int {
        guard offset >= 0, offset < size, !destination.isEmpty else { return 0 }
        let wanted = min(destination.count, size - offset)
        let target = UnsafeMutableRawBufferPointer(rebasing: destination[..<wanted])
        switch backing {
        case .memory(let buffer):
            buffer.withUnsafeReadableBytes { bytes in
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + wanted]))
            }
            return wanted
        case .file(let file):
            if wanted >= Self.readAhead { return try file.read(at: offset, into: target) }
            if offset < aheadRange.lowerBound || offset + wanted > aheadRange.upperBound { try readAhead(of: file, at: offset) }
            let found = min(wanted, aheadRange.upperBound - offset)
            let start = offset - aheadRange.lowerBound
            ahead.withUnsafeBytes { bytes in
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + found]))
            }
            return found
        }
    }

    private func readAhead(of file: OpenFile, at offset: Int) throws(AudioError) {
        if ahead.isEmpty { ahead = [UInt8](repeating: 0, count: Self.readAhead) }
        // Should the read fail half way, nothing of the block counts as read.
        aheadRange = offset..<offset
        let filled = ahead.withUnsafeMutableBytes { block in
            Result { () throws(AudioError) in try file.read(at: offset, into: block) }
        }
        aheadRange = offset..<offset + (try filled.get())
    }

    /// The byte at `offset`, nil past the end.
    func byte(at offset: Int) throws(AudioError) -> UInt8? {
        var byte: UInt8 = 0
        var copied = 0
        try withUnsafeMutableBytes(of: &byte) { (destination) throws(AudioError) in
            copied = try read(at: offset, into: destination)
        }
        return copied == 1 ? byte : nil
    }

    /// Up to `count` bytes at `offset`; fewer only at the end.
    func bytes(at offset: Int, count: Int) throws(AudioError) -> [UInt8] {
        guard offset >= 0, offset < size, count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: min(count, size - offset))
        let copied = bytes.withUnsafeMutableBytes { destination in
            Result { () throws(AudioError) in try read(at: offset, into: destination) }
        }
        bytes.removeLast(bytes.count - (try copied.get()))
        return bytes
    }
}

extension [UInt8] {
    /// Whether these bytes stand at `offset`.
    func hasText(_ text: StaticString, at offset: Int = 0) -> Bool {
        let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        return offset >= 0 && offset + wanted.count <= count && self[offset..<offset + wanted.count].elementsEqual(wanted)
    }

    /// The unsigned little-endian number at `offset`; the caller has checked that it is there.
    func little<Number: FixedWidthInteger & UnsignedInteger>(_ type: Number.Type, at offset: Int) -> Number {
        (0..<Number.bitWidth / 8).reduce(0) { $0 | Number(self[offset + $1]) << (8 * $1) }
    }
}
