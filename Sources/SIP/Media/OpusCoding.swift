import COpus

/// Makes samples at the rate of telephones of packets of Opus (RFC 6716).
final class OpusDecoder {
    private let decoder: OpaquePointer

    /// - Returns: nil where there is no memory for it.
    init?() {
        var error: Int32 = 0
        guard let decoder = opus_decoder_create(Int32(Clip.rate), 1, &error), error == OPUS_OK else { return nil }
        self.decoder = decoder
    }

    deinit { opus_decoder_destroy(decoder) }

    /// - Returns: nothing for what is no packet.
    func decode(_ packet: [UInt8]) -> [Int16] {
        guard !packet.isEmpty, packet.count <= OpusPacket.longest else { return [] }
        var samples = [Int16](repeating: 0, count: OpusPacket.mostTicks)
        let count = opus_decode(decoder, packet, Int32(packet.count), &samples, Int32(samples.count), 0)
        return count > 0 ? Array(samples.prefix(Int(count))) : []
    }
}

/// Makes packets of Opus of samples at the rate of telephones.
final class OpusEncoder {
    private let encoder: OpaquePointer

    /// What a telephone hears needs no more effort.
    private static let complexity: Int32 = 5

    /// - Returns: nil where there is no memory for it.
    init?() {
        var error: Int32 = 0
        guard let encoder = opus_encoder_create(Int32(Clip.rate), 1, OPUS_APPLICATION_VOIP, &error), error == OPUS_OK else { return nil }
        self.encoder = encoder
        _ = at_opus_set_complexity(encoder, Self.complexity)
    }

    deinit { opus_encoder_destroy(encoder) }

    /// - Parameter samples: of 10, 20, 40 or 60 milliseconds.
    /// - Returns: nothing for another number of them.
    func encode(_ samples: [Int16]) -> [UInt8] {
        var packet = [UInt8](repeating: 0, count: OpusPacket.longest)
        let count = opus_encode(encoder, samples, Int32(samples.count), &packet, Int32(packet.count))
        return count > 0 ? Array(packet.prefix(Int(count))) : []
    }
}
