import Glibc

/// Bytes for tests.
public enum Bytes {
    /// Bytes that differ along the way and between seeds, so that no part can stand for another.
    public static func pattern(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = PatternGenerator(seed: seed)
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count { buffer[index] = UInt8(truncatingIfNeeded: random.next() >> 24) }
            initialized = count
        }
    }

    /// All bytes of a file of this machine.
    public static func ofFile(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw UnreadableFile(path: path, code: errno) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
        return bytes
    }

    public struct UnreadableFile: Error {
        public let path: String
        public let code: Int32
    }
}

/// A generator whose numbers are the same in every run (SplitMix64).
public struct PatternGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
