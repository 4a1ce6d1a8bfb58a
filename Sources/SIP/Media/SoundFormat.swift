/// How sound crosses the wire.
///
/// Of all but Opus there is a byte for every tick of 8,000 a second, in G.722 with two samples in it. Opus comes in packets that stay packets.
public enum SoundFormat: String, Sendable, Hashable, CaseIterable {
    case muLaw = "PCMU", aLaw = "PCMA", g722 = "G722", opus = "OPUS"

    /// Its number in RTP where we choose it (RFC 3551 §6); the other side may choose another for Opus.
    var payloadType: UInt8 {
        switch self {
        case .muLaw: 0
        case .aLaw: 8
        case .g722: 9
        case .opus: 111
        }
    }

    /// Whether its number is everybody's.
    var isNumbered: Bool { self != .opus }

    /// Its name in descriptions.
    var encodingName: String { self == .opus ? "opus" : rawValue }

    /// Units of RTP's timestamps a second. G.722 says 8,000 for what it has 16,000 of (RFC 3551 §4.5.2); Opus says 48,000 whatever is in it (RFC 7587 §4.1).
    var clockRate: Int { self == .opus ? 48_000 : 8000 }
    /// Channels that descriptions name (RFC 7587 §7).
    var describedChannels: UInt8 { self == .opus ? 2 : 1 }
    /// Units of timestamps in a tick.
    var unitsInTick: Int { clockRate / Clip.rate }

    /// Samples a second that are in it.
    public var rate: Int {
        switch self {
        case .muLaw, .aLaw: Clip.rate
        case .g722: 2 * Clip.rate
        case .opus: 6 * Clip.rate
        }
    }

    /// nil where a byte is no sample by itself.
    public var companding: Companding? {
        switch self {
        case .muLaw: .muLaw
        case .aLaw: .aLaw
        case .g722, .opus: nil
        }
    }

    /// The byte for silence; in G.722 that which changes nothing. Opus has none.
    public var silence: UInt8 { companding?.silence ?? 0xFD }

    /// Milliseconds of sound that a packet can have, nearest to those that are wanted.
    func packetMilliseconds(_ wanted: Int) -> Int {
        guard self == .opus else { return wanted }
        return [10, 20, 40, 60].last { $0 <= wanted } ?? 10
    }
}

/// Makes sound for the wire of samples at the rate of telephones.
struct SoundEncoder {
    let format: SoundFormat
    private var wide = G722.Encoder()
    private var last: Int16 = 0
    private let opus: OpusEncoder?

    init(_ format: SoundFormat) {
        self.format = format
        opus = format == .opus ? OpusEncoder() : nil
    }

    /// - Parameter samples: for Opus as many as a packet has.
    mutating func encode(_ samples: some Collection<Int16>) -> [UInt8] {
        if format == .opus { return opus?.encode(Array(samples)) ?? [] }
        if let companding = format.companding { return samples.map(companding.encode) }
        return samples.map { sample -> UInt8 in
            defer { last = sample }
            let sum = Int(last) + Int(sample)
            return wide.encode(Int16(sum / 2), sample)
        }
    }
}
