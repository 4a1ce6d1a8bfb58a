import Foundation

/// What the file name of a recording tells of the call (P§8.6, S§4.3). Each part is nil where the name does not tell it.
public struct RecordingName: Sendable, Hashable {
    /// When recording began, by the local clock.
    public private(set) var recorded: WallTime?
    public private(set) var callID: String?
    public private(set) var caller: String?
    public private(set) var callee: String?
    public private(set) var direction: CallDirection?
    /// Whether the whole name has the form that a PBX gives it, so that clients can take it apart.
    public private(set) var isComposed = false

    /// Reads `20220412173331-1649756009.12-2002-2005-Internal.wav` and `exten-101-106-20200505-042135-1588641695.1772.wav`, also with additions
    /// that PBXs and people make: the name of a system before the call id, more hyphens, brackets in numbers.
    public init(parsing name: String) {
        guard name.utf8.count <= Self.longest, let dot = name.lastIndex(of: "."), dot > name.startIndex else { return }
        let ending = name[name.index(after: dot)...]
        guard (1...5).contains(ending.utf8.count), ending.utf8.allSatisfy(Self.isPlain) else {
            readTime(name)
            return
        }
        let stem = name[..<dot]
        let parts = stem.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        if let first = parts.first, let time = WallTime(digits: first) {
            readTimeFirst(time, Array(parts.dropFirst()))
        } else if !readTimeInside(parts) {
            readTime(String(stem))
        }
        isComposed = isComposed && [callID, caller, callee].allSatisfy { $0 == Self.sanitized($0 ?? "") }
    }

    /// Reads `{recorded}-{call id}-{caller}-{callee}-{direction}` (P§8.6).
    /// - Parameter parts: those behind `{recorded}`.
    private mutating func readTimeFirst(_ time: WallTime, _ parts: [String]) {
        recorded = time
        var rest = parts[...]
        if let word = rest.last, let known = CallDirection.told.first(where: { $0.rawValue == word }) {
            direction = known
            rest = rest.dropLast()
        }
        guard let end = rest.lastIndex(where: Self.isCallID) else {
            // The call ids of some systems have no form of their own, but the two numbers come last.
            guard direction != nil, rest.count >= 3, rest.allSatisfy({ !$0.isEmpty }) else { return }
            callID = rest.dropLast(2).joined(separator: "-")
            readNumbers(Array(rest.suffix(2)))
            return
        }
        callID = rest[...end].joined(separator: "-")
        readNumbers(Array(rest[(end + 1)...]))
        isComposed = direction != nil && parts.count == 4 && end == 0
    }

    /// Reads `{prefix}-{callee}-{caller}-{date}-{time}-{call id}` (S§4.3), in which the called number comes first.
    /// - Returns: whether the name has a date and a time in this form.
    private mutating func readTimeInside(_ parts: [String]) -> Bool {
        guard
            let date = parts.indices.dropFirst().first(where: {
                $0 + 1 < parts.count && parts[$0].utf8.count == 8 && WallTime(digits: parts[$0] + parts[$0 + 1]) != nil
            })
        else { return false }
        recorded = WallTime(digits: parts[date] + parts[date + 1])
        readNumbers(parts[1..<date].reversed())
        let rest = parts[(date + 2)...]
        if let last = rest.last, Self.isCallID(last) { callID = rest.joined(separator: "-") }
        direction =
            switch parts[0] {
            case "out": .outbound
            // A call in a queue comes from outside as a rule; the name does not say.
            case "in", "external", "q": .inbound
            case "exten", "internal": .within
            default: nil
            }
        isComposed = parts.count == 6 && date == 3 && callID != nil
        return true
    }

    /// Takes two parts for caller and callee. Of more than two it is unknown where the first number ends.
    private mutating func readNumbers(_ parts: [String]) {
        guard parts.count == 2 else { return }
        caller = Self.number(parts[0])
        callee = Self.number(parts[1])
    }

    /// Looks for a time anywhere in a name: `20261120101010`, `20261120-101010`, `2026-11-20_10-10-10` and the like.
    private mutating func readTime(_ text: String) {
        let runs = text.split { !("0"..."9").contains($0) }.map(String.init)
        for index in runs.indices {
            let rest = runs[index...]
            let digits: [String] = [
                rest.prefix(1).joined(), rest.prefix(2).map(\.utf8.count) == [8, 6] ? rest.prefix(2).joined() : "",
                rest.prefix(6).map(\.utf8.count) == [4, 2, 2, 2, 2, 2] ? rest.prefix(6).joined() : "",
            ]
            if let time = digits.lazy.compactMap({ WallTime(digits: $0) }).first(where: { (1970...9999).contains($0.year) }) {
                recorded = time
                return
            }
        }
    }

    /// A number as it is dialled, without brackets and blanks; nil where none is given.
    private static func number(_ text: String) -> String? {
        let plain = String(text.filter { !"() ".contains($0) })
        return plain.isEmpty || plain == "unknown" ? nil : plain
    }

    /// Bytes of a name, as many as file systems take.
    public static let longest = 255

    /// Composes a name in the form of P§8.6.
    /// - Parameter counter: tells recordings of one call apart. It is written from 2 on, behind a call id that is cut first.
    public static func compose(
        recorded: Timestamp, in zone: TimeZone, callID: String, counter: Int = 1, caller: String, callee: String, direction: CallDirection,
        fileExtension: String
    ) -> String {
        let at = recorded.fields(in: zone)
        let suffix = counter == 1 ? "" : "_\(counter)"
        return [at.date("") + at.time(""), sanitized(callID) + suffix, sanitized(caller), sanitized(callee), direction.rawValue]
            .joined(separator: "-") + "." + fileExtension
    }

    /// A name that cannot be taken for a path, nor for a hidden file: slashes and control characters become `_`, and one is put before a dot.
    static func label(_ name: String) -> String {
        let shown = name.unicodeScalars.map { $0 == "/" || $0 == "\\" || $0.properties.generalCategory == .control ? "_" : $0 }
        let text = String(String.UnicodeScalarView(shown))
        return text.isEmpty || text.hasPrefix(".") ? "_" + text : text
    }

    /// The name with a counter before its ending, from 2 on; the stem is cut to keep the name within `longest`.
    static func numbered(_ name: String, _ counter: Int) -> String {
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        let suffix = (counter > 1 ? "_\(counter)" : "") + name[dot...].prefix(longest / 8)
        var stem = name[..<dot]
        while stem.utf8.count + suffix.utf8.count > longest, !stem.isEmpty { stem.removeLast() }
        return stem + suffix
    }

    /// Characters of a number or a call id within a name.
    private static let longestPart = 40

    /// A number or a call id as it is written in a name: `_` replaces separators and whatever no number contains.
    static func sanitized(_ text: String) -> String {
        let kept = text.unicodeScalars.prefix(longestPart).map { scalar -> Character in
            scalar.isASCII && (isPlain(UInt8(scalar.value)) || "+*#.@_".unicodeScalars.contains(scalar)) ? Character(scalar) : "_"
        }
        return kept.isEmpty ? "unknown" : String(kept)
    }

    private static func isCallID(_ text: String) -> Bool {
        let halves = text.split(separator: ".", omittingEmptySubsequences: false)
        return halves.count == 2 && halves.allSatisfy(\.isDigits) && text.utf8.count <= 32
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte.isDigit || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}
