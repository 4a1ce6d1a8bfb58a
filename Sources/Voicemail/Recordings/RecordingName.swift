import Foundation

/// What a recording's file name says (P§8.6, S§4.3). Whatever of it can be read is; the rest is a label.
public struct RecordingName: Sendable, Hashable {
    /// Local wall clock time at which recording began.
    public private(set) var recorded: WallTime?
    public private(set) var callID: String?
    public private(set) var caller: String?
    public private(set) var callee: String?
    /// nil where the name says nothing of it, or in a word that is not known.
    public private(set) var direction: CallDirection?
    /// Whether the whole name is composed as a PBX composes it (P§8.6, S§4.3), so that clients who take it apart can.
    public private(set) var isComposed = false

    /// Reads `20220412173331-1649756009.12-2002-2005-Internal.wav` or `exten-101-106-20200505-042135-1588641695.1772.wav`, as they are and
    /// with what PBXs and people put into them: a system's name before the call id, further hyphens, brackets in numbers.
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

    /// `{recorded}-{call id}-{caller}-{callee}-{direction}`; what follows `{recorded}`.
    private mutating func readTimeFirst(_ time: WallTime, _ parts: [String]) {
        recorded = time
        var rest = parts[...]
        if let word = rest.last, let known = CallDirection.told.first(where: { $0.rawValue == word }) {
            direction = known
            rest = rest.dropLast()
        }
        guard let end = rest.lastIndex(where: Self.isCallID) else {
            // Other systems' ids have no form, but the numbers stand last.
            guard direction != nil, rest.count >= 3, rest.allSatisfy({ !$0.isEmpty }) else { return }
            callID = rest.dropLast(2).joined(separator: "-")
            readNumbers(Array(rest.suffix(2)))
            return
        }
        callID = rest[...end].joined(separator: "-")
        readNumbers(Array(rest[(end + 1)...]))
        isComposed = direction != nil && parts.count == 4 && end == 0
    }

    /// `{prefix}-{callee}-{caller}-{date}-{time}-{call id}`: the PBX that writes these puts the called number first.
    /// - Returns: whether there is such a time in it.
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
            // Callers who wait in a queue, or ring a group, come from outside as a rule; who they are the name does not say.
            case "in", "external", "q": .inbound
            case "exten", "internal": .within
            default: nil
            }
        isComposed = parts.count == 6 && date == 3 && callID != nil
        return true
    }

    /// Caller and callee. Of more parts than two nobody knows where one number ends.
    private mutating func readNumbers(_ parts: [String]) {
        guard parts.count == 2 else { return }
        caller = Self.number(parts[0])
        callee = Self.number(parts[1])
    }

    /// A time anywhere in a name: `20261120101010`, `20261120-101010`, `2026-11-20_10-10-10` and the like.
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

    /// A number as it is dialled, without the brackets and blanks that people write; nil for what is none.
    private static func number(_ text: String) -> String? {
        let plain = String(text.filter { !"() ".contains($0) })
        return plain.isEmpty || plain == "unknown" ? nil : plain
    }

    /// Bytes of a name.
    public static let longest = 255

    /// Composes the name of a recording that came without one.
    /// - Parameter counter: from 2 on, tells recordings of one call apart; nothing of it is cut however long the call id is.
    public static func compose(
        recorded: Timestamp, in zone: TimeZone, callID: String, counter: Int = 1, caller: String, callee: String, direction: CallDirection,
        fileExtension: String
    ) -> String {
        let at = recorded.fields(in: zone)
        let suffix = counter == 1 ? "" : "_\(counter)"
        return [at.date("") + at.time(""), sanitized(callID) + suffix, sanitized(caller), sanitized(callee), direction.rawValue]
            .joined(separator: "-") + "." + fileExtension
    }

    /// A name that can be shown and asked for, which is a label and no path: `_` in place of what would make it one.
    static func label(_ name: String) -> String {
        let shown = name.unicodeScalars.map { $0 == "/" || $0 == "\\" || $0.properties.generalCategory == .control ? "_" : $0 }
        let text = String(String.UnicodeScalarView(shown))
        return text.isEmpty || text.hasPrefix(".") ? "_" + text : text
    }

    /// The same name with a number before its ending, to tell it from others; within the bounds of a name.
    static func numbered(_ name: String, _ counter: Int) -> String {
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        let suffix = (counter > 1 ? "_\(counter)" : "") + name[dot...].prefix(longest / 8)
        var stem = name[..<dot]
        while stem.utf8.count + suffix.utf8.count > longest, !stem.isEmpty { stem.removeLast() }
        return stem + suffix
    }

    /// Characters of a number or a call id in a name.
    private static let longestPart = 40

    /// A number or call id as it stands in a name: separators and anything else that no number has become `_`.
    static func sanitized(_ text: String) -> String {
        let kept = text.unicodeScalars.prefix(longestPart).map { scalar -> Character in
            scalar.isASCII && (isPlain(UInt8(scalar.value)) || "+*#.@_".unicodeScalars.contains(scalar)) ? Character(scalar) : "_"
        }
        return kept.isEmpty ? "unknown" : String(kept)
    }

    private static func isCallID(_ text: String) -> Bool {
        let halves = text.split(separator: ".", omittingEmptySubsequences: false)
        return halves.count == 2 && halves.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isDigit) } && text.utf8.count <= 32
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isPlain(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}
