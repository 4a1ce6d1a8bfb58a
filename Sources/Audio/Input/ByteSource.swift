import NIOCore
import Voicemail

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The bytes of one piece of audio, read by offset: a file, or what is already in memory.
///
/// Belongs to one conversion and is used on its thread only. Small reads of a file are served from a
/// block read ahead, so that walking frame headers does not cost a system call each.
final class ByteSource {
    private enum Backing {
        case memory(ByteBuffer)
        case gathered(GatheredBytes)
        case file(OpenFile)
    }

    /// Bytes, as they were when the source was opened.
    let size: Int
    private let backing: Backing
    private var ahead: [UInt8] = []
    private var aheadRange = 0..<0
    private let budget: WorkBudget?

    private static let readAhead = 65536

    /// - Parameter budget: what looking at bytes counts against.
    /// - Throws: `AudioError.failed` when the file cannot be opened or is not a regular file.
    init(_ source: AudioSource, budget: WorkBudget? = nil) throws(AudioError) {
        self.budget = budget
        switch source {
        case .bytes(let buffer):
            backing = .memory(buffer)
            size = buffer.readableBytes
        case .gathered(let bytes):
            backing = .gathered(bytes)
            size = bytes.count
        case .file(let path): (backing, size) = try Self.opened(path)
        case .stored(let reader): (backing, size) = try Self.opened(reader.path)
        }
    }

    private static func opened(_ path: String) throws(AudioError) -> (Backing, size: Int) {
        let file = try OpenFile(reading: path)
        return (.file(file), try file.size())
    }

    /// Fills `destination` from `offset`.
    /// - Returns: the bytes copied, fewer than asked only at the end.
    /// - Throws: besides, what `WorkBudget.look` throws.
    func read(at offset: Int, into destination: UnsafeMutableRawBufferPointer) throws(AudioError) -> Int {
        guard offset >= 0, offset < size, !destination.isEmpty else { return 0 }
        let wanted = min(destination.count, size - offset)
        try budget?.look(at: wanted)
        let target = UnsafeMutableRawBufferPointer(rebasing: destination[..<wanted])
        switch backing {
        case .memory(let buffer):
            buffer.withUnsafeReadableBytes { bytes in
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + wanted]))
            }
            return wanted
        case .gathered(let bytes): return bytes.copy(from: offset, to: target)
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

extension ByteSource {
    private static let searchedAtOnce = 65536

    /// Where four characters stand first, as a whole before `end`.
    func firstOffset(of mark: StaticString, from start: Int, before end: Int) throws(AudioError) -> Int? {
        let length = mark.utf8CodeUnitCount, first = mark.utf8Start.pointee
        var base = start
        while base + length <= end {
            let block = try bytes(at: base, count: min(Self.searchedAtOnce, end - base))
            var from = 0
            while let found = block.offset(of: first, from: from) {
                if block.hasText(mark, at: found) { return base + found }
                from = found + 1
            }
            // It may lie across two blocks.
            base += max(1, block.count - length + 1)
        }
        return nil
    }
}

extension [UInt8] {
    /// Where a byte is next: the C library looks faster than any loop.
    fileprivate func offset(of byte: UInt8, from start: Int) -> Int? {
        withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress else { return nil }
            return memchr(base + start, Int32(byte), bytes.count - start).map { UnsafeRawPointer($0) - base }
        }
    }

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
