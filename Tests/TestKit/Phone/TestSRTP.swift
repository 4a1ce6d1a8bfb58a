import Crypto
import CryptoExtras

/// One direction of encrypted sound, AES_CM_128_HMAC_SHA1_80, written from RFC 3711 and on nothing of the server's.
public struct TestSRTP: Sendable {
    private let cipher: SymmetricKey
    private let salt: [UInt8]
    private let authentication: SymmetricKey
    /// Of the last packet, and how often the numbers before it began anew.
    private var last: UInt16?
    private var rounds: UInt32 = 0

    /// - Parameter key: 16 bytes of key and 14 of salt.
    public init(_ key: [UInt8]) throws {
        let master = SymmetricKey(data: key[..<16]), masterSalt = Array(key[16..<30])
        func derive(_ label: UInt8, _ count: Int) throws -> [UInt8] {
            var block = masterSalt + [0, 0]
            block[7] ^= label
            return try Self.stream(master, block, Array(repeating: 0, count: count))
        }
        cipher = SymmetricKey(data: try derive(0, 16))
        authentication = SymmetricKey(data: try derive(1, 20))
        salt = try derive(2, 14)
    }

    private static func stream(_ key: SymmetricKey, _ block: [UInt8], _ bytes: [UInt8]) throws -> [UInt8] {
        Array(try AES._CTR.encrypt(bytes, using: key, nonce: AES._CTR.Nonce(nonceBytes: block)))
    }

    private mutating func round(of packet: [UInt8]) -> UInt32 {
        let sequence = UInt16(packet[2]) << 8 | UInt16(packet[3])
        if let last, sequence < last, last - sequence > 0x8000 { rounds += 1 }
        last = sequence
        return rounds
    }

    private func crypt(_ packet: [UInt8], _ round: UInt32) throws -> [UInt8] {
        var block = salt + [0, 0]
        let source = Array(packet[8..<12]), index = (0..<4).map { UInt8(truncatingIfNeeded: round >> (24 - 8 * UInt32($0))) } + packet[2..<4]
        for place in 0..<4 { block[4 + place] ^= source[place] }
        for place in 0..<6 { block[8 + place] ^= index[place] }
        return Array(packet[..<12]) + (try Self.stream(cipher, block, Array(packet[12...])))
    }

    private func tag(_ packet: [UInt8], _ round: UInt32) -> [UInt8] {
        let bytes = packet + (0..<4).map { UInt8(truncatingIfNeeded: round >> (24 - 8 * UInt32($0))) }
        return Array(HMAC<Insecure.SHA1>.authenticationCode(for: bytes, using: authentication).prefix(10))
    }

    /// - Parameter packet: with a header of twelve bytes.
    public mutating func protect(_ packet: [UInt8]) throws -> [UInt8] {
        let round = round(of: packet), encrypted = try crypt(packet, round)
        return encrypted + tag(encrypted, round)
    }

    /// - Returns: nil for one that was not made with the key.
    public mutating func open(_ packet: [UInt8]) throws -> [UInt8]? {
        guard packet.count > 22 else { return nil }
        let body = Array(packet.dropLast(10)), round = round(of: body)
        guard tag(body, round) == Array(packet.suffix(10)) else { return nil }
        return try crypt(body, round)
    }
}
