import Crypto
import Foundation

/// A text under a key of the server's: AES-GCM, with the nonce before it and the proof behind it.
public struct SealedText: Sendable, Hashable {
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }
}

extension Secrets {
    /// Another key than the one that texts are signed with.
    static func sealingKey(from key: SymmetricKey) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Data("aftertone sealed text".utf8), outputByteCount: 32)
    }

    /// Seals a text that has to be shown again.
    /// - Parameter owner: the id of what it belongs to. Nobody else's record opens it.
    func seal(_ text: String, of owner: String) throws -> SealedText {
        let nonce = AES.GCM.Nonce()
        let box = try AES.GCM.seal(Data(text.utf8), using: sealingKey, nonce: nonce, authenticating: Data(owner.utf8))
        return SealedText(bytes: Array(nonce) + Array(box.ciphertext) + Array(box.tag))
    }

    /// - Returns: nil for what this server has not sealed, or not for this owner.
    func open(_ sealed: SealedText, of owner: String) -> String? {
        guard let box = try? AES.GCM.SealedBox(combined: Data(sealed.bytes)),
            let text = try? AES.GCM.open(box, using: sealingKey, authenticating: Data(owner.utf8))
        else { return nil }
        return String(decoding: text, as: UTF8.self)
    }
}
