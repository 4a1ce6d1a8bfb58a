/// How sound crosses the wire. Of each there is a byte for every tick of 8,000 a second, in G.722 with two samples in it.
public enum SoundFormat: String, Sendable, Hashable, CaseIterable {
    case muLaw = "PCMU", aLaw = "PCMA", g722 = "G722"

    /// Its number in RTP (RFC 3551 §6).
    var payloadType: UInt8 {
        switch self {
        case .muLaw: 0
        case .aLaw: 8
        case .g722: 9
        }
    }

    init?(payloadType: UInt8) {
        guard let format = Self.allCases.first(where: { $0.payloadType == payloadType }) else { return nil }
        self = format
    }

    /// Samples a second that are in it.
    public var rate: Int { self == .g722 ? 2 * Clip.rate : Clip.rate }

    /// nil where a byte is no sample by itself.
    public var companding: Companding? {
        switch self {
        case .muLaw: .muLaw
        case .aLaw: .aLaw
        case .g722: nil
        }
    }

    /// The byte for silence; in G.722 that which changes nothing.
    public var silence: UInt8 { companding?.silence ?? 0xFD }
}

/// Makes samples of bytes, in the order they were spoken.
public struct SoundDecoder: Sendable {
    private let format: SoundFormat
    private var wide = G722.Decoder()

    public init(_ format: SoundFormat) { self.format = format }

    /// At the format's own rate.
    public mutating func decode(_ bytes: some Sequence<UInt8>) -> [Int16] {
        if let companding = format.companding { return bytes.map(companding.decode) }
        var samples: [Int16] = []
        for byte in bytes {
            let (first, second) = wide.decode(byte)
            samples += [first, second]
        }
        return samples
    }

    /// At that of telephones.
    public mutating func narrow(_ bytes: some Sequence<UInt8>) -> [Int16] {
        let samples = decode(bytes)
        guard format.rate != Clip.rate else { return samples }
        return stride(from: 0, to: samples.count - 1, by: 2).map { place -> Int16 in
            let sum = Int(samples[place]) + Int(samples[place + 1])
            return Int16(sum / 2)
        }
    }
}

/// Makes bytes of samples at the rate of telephones.
struct SoundEncoder: Sendable {
    let format: SoundFormat
    private var wide = G722.Encoder()
    private var last: Int16 = 0

    init(_ format: SoundFormat) { self.format = format }

    mutating func encode(_ samples: some Sequence<Int16>) -> [UInt8] {
        if let companding = format.companding { return samples.map(companding.encode) }
        return samples.map { sample -> UInt8 in
            defer { last = sample }
            let sum = Int(last) + Int(sample)
            return wide.encode(Int16(sum / 2), sample)
        }
    }
}
