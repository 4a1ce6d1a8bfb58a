/// Makes samples of sound as it came, in the order it was spoken.
public struct SoundDecoder {
    private let format: SoundFormat
    private var wide = G722.Decoder()
    private let opus: OpusDecoder?

    public init(_ format: SoundFormat) {
        self.format = format
        opus = format == .opus ? OpusDecoder() : nil
    }

    /// At the format's own rate.
    /// - Parameter bytes: not of Opus.
    public mutating func decode(_ bytes: some Sequence<UInt8>) -> [Int16] {
        if let companding = format.companding {
            var samples: [Int16] = []
            companding.decode(bytes, into: &samples)
            return samples
        }
        var samples: [Int16] = []
        for byte in bytes {
            let (first, second) = wide.decode(byte)
            samples += [first, second]
        }
        return samples
    }

    /// At the rate of telephones.
    /// - Parameter bytes: of Opus one packet.
    public mutating func narrow(_ bytes: some Sequence<UInt8>) -> [Int16] {
        if format == .opus { return opus?.decode(Array(bytes)) ?? [] }
        let samples = decode(bytes)
        guard format.rate != Clip.rate else { return samples }
        return stride(from: 0, to: samples.count - 1, by: 2).map { place -> Int16 in
            let sum = Int(samples[place]) + Int(samples[place + 1])
            return Int16(sum / 2)
        }
    }
}

/// Decoders of one call, each of its own format.
@SIPLoop struct SoundDecoders {
    private var known: [(format: SoundFormat, decoder: SoundDecoder)] = []
    /// Of the last packet; kept for its room.
    private var samples: [Int16] = []

    /// Hands over the samples of a packet, at the rate of telephones.
    mutating func withSamples(of packet: UnsafeRawBufferPointer, _ format: SoundFormat, _ body: @SIPLoop (UnsafeBufferPointer<Int16>) -> Void) {
        if let companding = format.companding {
            samples.removeAll(keepingCapacity: true)
            companding.decode(packet, into: &samples)
        } else {
            let index = known.firstIndex { $0.format == format } ?? known.endIndex
            if index == known.endIndex { known.append((format, SoundDecoder(format))) }
            samples = known[index].decoder.narrow(packet)
        }
        samples.withUnsafeBufferPointer { body($0) }
    }
}
