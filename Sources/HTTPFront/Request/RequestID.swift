import Synchronization
import Voicemail

/// The name of one request in answers and logs.
enum RequestID {
    /// The first half of fresh names, which keeps those of two processes apart, and the number that the second halves are counted from.
    private static let process = HexID.bits(), beginning = HexID.bits()
    private static let drawn = Atomic<UInt64>(0)

    /// The client's `X-Request-ID` when it is 1…128 visible ASCII characters, so that it can neither forge a log line nor a
    /// header; otherwise a fresh one.
    static func choose(_ offered: String?) -> String {
        guard let offered, isSane(offered) else { return fresh() }
        return offered
    }

    /// 32 hex digits that were not given before. Nothing is opened by such a name, so the system is not asked for each.
    private static func fresh() -> String {
        let count = drawn.wrappingAdd(1, ordering: .relaxed).newValue
        return HexID.encode(process, scattered(beginning &+ count))
    }

    /// Another number for each (the finishing steps of SplitMix64), so that a name does not tell how many came before it.
    private static func scattered(_ number: UInt64) -> UInt64 {
        var bits = number &* 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    static func isSane(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...128).contains(bytes.count) && bytes.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
