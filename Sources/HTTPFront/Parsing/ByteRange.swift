import Voicemail

/// What a `Range` header asks of a representation (RFC 9110 §14).
public enum ByteRange: Hashable, Sendable {
    /// Everything: 200.
    case whole
    /// A part: 206.
    case part(Range<Int>)
    /// Nothing of it exists: 416.
    case unsatisfiable

    public enum Policy: Sendable {
        /// RFC 9110: suffixes and open ends are honoured, ends are clipped, what lies beyond is 416. Malformed headers
        /// and several ranges are ignored, as RFC 9110 §14.2 allows.
        case standard
        /// K§7.9 and K§12-42: only `a-b` inside the representation and the open `a-` give a part. A range that covers
        /// everything or ends beyond it, a suffix, several ranges and anything malformed give everything; nothing is 416.
        case kazoo
    }

    /// - Parameters:
    ///   - header: the `Range` header, if any.
    ///   - size: bytes of the whole representation.
    public init(_ header: String?, size: Int, policy: Policy) {
        guard let spec = header.flatMap(Spec.init(parsing:)) else {
            self = .whole
            return
        }
        switch policy {
        case .standard: self = spec.standard(size)
        case .kazoo: self = spec.kazoo(size)
        }
    }

    /// The bytes to send; nil for nothing.
    public func range(of size: Int) -> Range<Int>? {
        switch self {
        case .whole: 0..<size
        case .part(let range): range
        case .unsatisfiable: nil
        }
    }

    /// `Content-Range`; nil for the whole.
    public func contentRange(of size: Int) -> String? {
        switch self {
        case .whole: nil
        case .part(let range): "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
        case .unsatisfiable: "bytes */\(size)"
        }
    }

    /// One range as written.
    private enum Spec {
        case closed(Int, Int)
        case from(Int)
        case suffix(Int)

        init?(parsing header: String) {
            let parts = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, HTTPToken.trim(parts[0]).lowercased() == "bytes", !parts[1].contains(",") else { return nil }
            let ends = HTTPToken.trim(parts[1]).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard ends.count == 2 else { return nil }
            switch (Self.number(ends[0]), Self.number(ends[1])) {
            case (let first?, let last?) where first <= last: self = .closed(first, last)
            case (let first?, nil) where ends[1].isEmpty: self = .from(first)
            case (nil, let count?) where ends[0].isEmpty: self = .suffix(count)
            default: return nil
            }
        }

        /// Digits only; a number too large for any file is as good as the largest.
        private static func number(_ text: Substring) -> Int? {
            guard text.isDigits else { return nil }
            // Callers may add one without an overflow.
            return min(Int(text) ?? .max, .max - 1)
        }

        func standard(_ size: Int) -> ByteRange {
            switch self {
            case .closed(let first, let last): first < size ? .part(first..<min(last + 1, size)) : .unsatisfiable
            case .from(let first): first < size ? .part(first..<size) : .unsatisfiable
            case .suffix(let count): count > 0 && size > 0 ? .part(max(0, size - count)..<size) : .unsatisfiable
            }
        }

        func kazoo(_ size: Int) -> ByteRange {
            switch self {
            case .closed(let first, let last): last < size && last - first + 1 < size ? .part(first..<last + 1) : .whole
            case .from(let first): first < size ? .part(first..<size) : .whole
            case .suffix: .whole
            }
        }
    }
}
