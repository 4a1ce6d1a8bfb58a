/// The two ways that telephones have of putting a sample into a byte (ITU-T G.711).
public enum Companding: Sendable, Hashable, CaseIterable {
    case muLaw, aLaw

    /// The byte for silence.
    public var silence: UInt8 { encode(0) }

    public func decode(_ byte: UInt8) -> Int16 { (self == .muLaw ? Self.muLawSamples : Self.aLawSamples)[Int(byte)] }

    /// Adds the samples of sound to others.
    func decode(_ bytes: some Sequence<UInt8>, into samples: inout [Int16]) {
        (self == .muLaw ? Self.muLawSamples : Self.aLawSamples).withUnsafeBufferPointer { table in
            samples.append(contentsOf: bytes.lazy.map { table[Int($0)] })
        }
    }

    public func encode(_ sample: Int16) -> UInt8 { (self == .muLaw ? Self.muLawBytes : Self.aLawBytes)[Int(UInt16(bitPattern: sample) >> 2)] }

    private static let muLawSamples = (0...255).map { muLawSample(UInt8($0)) }
    private static let aLawSamples = (0...255).map { aLawSample(UInt8($0)) }
    /// By the upper 14 bits of a sample, which is as fine as either goes.
    private static let muLawBytes = (0..<16_384).map { muLawByte(Int(Int16(bitPattern: UInt16($0) << 2))) }
    private static let aLawBytes = (0..<16_384).map { aLawByte(Int(Int16(bitPattern: UInt16($0) << 2))) }

    private static func muLawSample(_ byte: UInt8) -> Int16 {
        let bits = Int(~byte), exponent = bits >> 4 & 7
        let magnitude = ((bits & 15) << 3 + 0x84) << exponent - 0x84
        return Int16(bits & 0x80 != 0 ? -magnitude : magnitude)
    }

    private static func muLawByte(_ sample: Int) -> UInt8 {
        let magnitude = min(abs(sample), 32_635) + 0x84
        var exponent = 7
        while exponent > 0, magnitude < 0x80 << exponent { exponent -= 1 }
        let mantissa = magnitude >> (exponent + 3) & 15
        return ~UInt8((sample < 0 ? 0x80 : 0) | exponent << 4 | mantissa)
    }

    private static func aLawSample(_ byte: UInt8) -> Int16 {
        let bits = Int(byte ^ 0x55), exponent = bits >> 4 & 7
        var magnitude = (bits & 15) << 4 + 8
        if exponent > 0 { magnitude = (magnitude + 0x100) << (exponent - 1) }
        return Int16(bits & 0x80 != 0 ? magnitude : -magnitude)
    }

    private static func aLawByte(_ sample: Int) -> UInt8 {
        let isPositive = sample >= 0
        // The negative half begins one lower.
        let magnitude = min(isPositive ? sample : -sample - 1, 32_767)
        var exponent = 7
        while exponent > 0, magnitude < 0x80 << exponent { exponent -= 1 }
        let mantissa = exponent == 0 ? magnitude >> 4 & 15 : magnitude >> (exponent + 3) & 15
        return UInt8((isPositive ? 0x80 : 0) | exponent << 4 | mantissa) ^ 0x55
    }
}
