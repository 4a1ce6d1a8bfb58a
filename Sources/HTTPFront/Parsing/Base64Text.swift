import Foundation

extension String {
    /// The text that base64 stands for (RFC 4648 §4); nil for what is no base64, or no UTF-8 within. For names and passwords; files are decoded
    /// as they come (`Base64Decoder`).
    public init?(base64 text: some StringProtocol) {
        guard let bytes = Data(base64Encoded: String(text)), let decoded = String(validating: bytes, as: UTF8.self) else { return nil }
        self = decoded
    }
}
