#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif
import NIOCore

/// Finds boundary lines in a stretch of bytes.
struct BoundaryScanner: Sendable {
    struct Boundary {
        /// Offset of the line end before it, which belongs to it; the bytes before that are data.
        let start: Int
        /// Offset behind its own line end.
        let end: Int
        /// `--boundary--`.
        let isLast: Bool
    }

    enum Finding {
        case boundary(Boundary)
        /// So many bytes belong to no boundary; what follows them cannot be told yet.
        case clear(Int)
    }

    /// The line ends of a body, as its first boundary line shows them.
    private enum LineEnd {
        case unknown, crlf, lf
    }

    private enum Match {
        case yes(end: Int, isLast: Bool, LineEnd)
        case no
        case needsMore
    }

    /// White space that may stand behind a boundary.
    static let longestPadding = 64

    /// `--boundary`.
    private let marker: [UInt8]
    private var lineEnd = LineEnd.unknown
    /// Whether the next byte begins a line whose end is no longer in sight.
    private var isAtLineStart = true

    init(_ boundary: String) {
        marker = Array("--".utf8) + Array(boundary.utf8)
    }

    /// The bytes before what is scanned next have been taken away.
    mutating func passed(_ bytes: Int) {
        if bytes > 0 { isAtLineStart = false }
    }

    mutating func restartLine() {
        isAtLineStart = true
    }

    /// - Parameter isEnded: whether nothing comes behind `buffer`.
    mutating func scan(_ buffer: ByteBuffer, isEnded: Bool) -> Finding {
        buffer.withUnsafeReadableBytes { scan($0, isEnded) }
    }

    private mutating func scan(_ bytes: UnsafeRawBufferPointer, _ isEnded: Bool) -> Finding {
        if isAtLineStart, let finding = look(at: 0, lineStart: 0, bytes, isEnded) { return finding }
        var from = 0
        while let feed = Self.lineFeed(bytes, from: from) {
            from = feed + 1
            let hasReturn = feed > 0 && bytes[feed - 1] == UInt8(ascii: "\r")
            if lineEnd == .crlf, !hasReturn { continue }
            let start = hasReturn && lineEnd != .lf ? feed - 1 : feed
            if let finding = look(at: start, lineStart: from, bytes, isEnded) { return finding }
        }
        let holdsReturn = lineEnd == .crlf && !isEnded && bytes.last == UInt8(ascii: "\r")
        return .clear(holdsReturn ? bytes.count - 1 : bytes.count)
    }

    private mutating func look(at start: Int, lineStart: Int, _ bytes: UnsafeRawBufferPointer, _ isEnded: Bool) -> Finding? {
        switch match(bytes, lineStart, isEnded) {
        case .no:
            return nil
        case .needsMore:
            return .clear(start)
        case .yes(let end, let isLast, let found):
            if !isLast, lineEnd == .unknown { lineEnd = found }
            return .boundary(Boundary(start: start, end: end, isLast: isLast))
        }
    }

    /// Whether the line at `start` is a boundary line.
    private func match(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ isEnded: Bool) -> Match {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
        let common = min(rest.count, marker.count)
        for index in 0..<common where rest[index] != marker[index] { return .no }
        guard common == marker.count else { return isEnded ? .no : .needsMore }
        var at = common
        var isLast = false
        if at < rest.count, rest[at] == UInt8(ascii: "-") {
            guard at + 1 < rest.count else { return isEnded ? .no : .needsMore }
            guard rest[at + 1] == UInt8(ascii: "-") else { return .no }
            isLast = true
            at += 2
        }
        let padded = at
        while at < rest.count, rest[at] == UInt8(ascii: " ") || rest[at] == UInt8(ascii: "\t") { at += 1 }
        guard at - padded <= Self.longestPadding else { return .no }
        return matchEnd(rest, at, isLast: isLast, start: start, isEnded)
    }

    private func matchEnd(_ rest: UnsafeRawBufferPointer, _ at: Int, isLast: Bool, start: Int, _ isEnded: Bool) -> Match {
        guard at < rest.count else { return isEnded ? .yes(end: start + at, isLast: isLast, .unknown) : .needsMore }
        if rest[at] == UInt8(ascii: "\n") {
            return isLast || lineEnd != .crlf ? .yes(end: start + at + 1, isLast: isLast, .lf) : .no
        }
        guard rest[at] == UInt8(ascii: "\r") else { return .no }
        guard at + 1 < rest.count else { return isEnded && isLast ? .yes(end: start + at + 1, isLast: true, .crlf) : .needsMore }
        guard rest[at + 1] == UInt8(ascii: "\n"), isLast || lineEnd != .lf else { return .no }
        return .yes(end: start + at + 2, isLast: isLast, .crlf)
    }

    private static func lineFeed(_ bytes: UnsafeRawBufferPointer, from: Int) -> Int? {
        guard from < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + from, Int32(UInt8(ascii: "\n")), bytes.count - from)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
