/// Which packets of a stream have come: each counts once, and what never came is counted too (RFC 3550 A.1).
struct SequenceWindow {
    private var first: Int?
    private var highest = 0
    /// The 64 below the highest and itself: bit 0 is the highest.
    private var seen: UInt64 = 0
    private(set) var received = 0

    enum Verdict {
        case new, duplicate
        /// So far from the others that it is another stream, or one that began anew.
        case foreign
    }

    /// Packets that one may be ahead of the others.
    private static let farthest = 3000

    mutating func note(_ sequence: UInt16) -> Verdict {
        guard first != nil else {
            (first, highest, seen, received) = (Int(sequence), Int(sequence), 1, 1)
            return .new
        }
        let step = Int(Int16(bitPattern: sequence &- UInt16(truncatingIfNeeded: highest)))
        if abs(step) > Self.farthest { return .foreign }
        if step > 0 {
            highest += step
            seen = step >= 64 ? 1 : seen << UInt64(step) | 1
            received += 1
            return .new
        }
        let age = -step
        // Older than is remembered: whether it came already is not known, and it is late in any case.
        guard age < 64 else { return .duplicate }
        guard seen & 1 << UInt64(age) == 0 else { return .duplicate }
        seen |= 1 << UInt64(age)
        if let known = first, highest - age < known { first = highest - age }
        received += 1
        return .new
    }

    /// Packets between the first and the highest that did not come.
    var lost: Int { first.map { max(0, highest - $0 + 1 - received) } ?? 0 }
}
