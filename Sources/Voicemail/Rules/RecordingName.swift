import Foundation

/// What a recording's file name says (P-Series contract §8.6, S-Series contract §4.2).
public struct RecordingName: Sendable, Hashable {
    /// Local wall clock time at which recording began.
    public let recorded: WallTime
    public let callID: String
    public let caller: String
    public let callee: String
    public let direction: CallDirection?
    /// Without the dot, as written.
    public let fileExtension: String

    /// Reads `20220412173331-1649756009.12-2002-2005-Internal.wav` or `exten-101-106-20200505-042135-1588641695.1772.wav`.
    /// - Returns: nil for any other name.
    public init?(parsing name: String) {
        guard name.utf8.count <= Self.longest, let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
        fileExtension = String(name[name.index(after: dot)...])
        let parts = name[..<dot].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard (1...5).contains(fileExtension.utf8.count), fileExtension.utf8.allSatisfy(Self.isPlain) else { return nil }
        if parts.count == 5, let recorded = WallTime(digits: parts[0]), Self.isCallID(parts[1]),
            let direction = CallDirection(rawValue: parts[4])
        {
            self.recorded = recorded
            callID = parts[1]
            caller = parts[2]
            callee = parts[3]
            self.direction = direction
        } else if parts.count == 6, let recorded = WallTime(digits: parts[3] + parts[4]), parts[3].utf8.count == 8, Self.isCallID(parts[5]) {
            // The PBX that writes these puts the called number first.
            self.recorded = recorded
            callID = parts[5]
            caller = parts[2]
            callee = parts[1]
            direction =
                switch parts[0] {
                case "out": .outbound
                case "in", "external": .inbound
                case "exten", "internal": .within
                default: nil
                }
        } else {
            return nil
        }
        guard [caller, callee].allSatisfy({ $0 == Self.sanitized($0) }) else { return nil }
    }

    /// What names end in that were composed here: the containers that are known.
    public static let containers = ["wav", "mp3", "gsm", "ogg", "flac"]

    /// Bytes of a name.
    public static let longest = 255

    /// Composes the name of a recording that came without one.
    public static func compose(
        recorded: Timestamp, in zone: TimeZone, callID: String, caller: String, callee: String, direction: CallDirection, fileExtension: String
    ) -> String {
        let at = recorded.fields(in: zone)
        return [at.date("") + at.time(""), sanitized(callID), sanitized(caller), sanitized(callee), direction.rawValue]
            .joined(separator: "-") + "." + fileExtension
    }

    /// A number or call id as it stands in a name: separators and anything else that no number has become `_`.
    static func sanitized(_ text: String) -> String {
        let kept = text.unicodeScalars.prefix(40).map { scalar -> Character in
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
