/// Texts as PostgreSQL can hold them: it knows no NUL.
///
/// U+0000 is kept as U+0001 U+0001, and U+0001 as U+0001 U+0002. That turns no two texts into the same one, and leaves their order and what begins
/// with what as it was. Every other text stands there as it is, for everybody to read.
enum StoredText {
    private static let mark: UInt8 = 1

    static func append(_ text: String, to storage: inout [UInt8]) {
        var text = text
        text.withUTF8 { bytes in
            guard bytes.contains(where: { $0 <= mark }) else { return storage.append(contentsOf: bytes) }
            for byte in bytes {
                guard byte <= mark else {
                    storage.append(byte)
                    continue
                }
                storage.append(mark)
                storage.append(byte + 1)
            }
        }
    }

    /// The text's own bytes, valid during `body`.
    static func withBytes<Value>(of stored: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws -> Value) rethrows -> Value {
        guard stored.contains(mark) else { return try body(stored) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(stored.count)
        var isMarked = false
        for byte in stored {
            if isMarked {
                bytes.append(byte &- 1)
                isMarked = false
            } else if byte == mark {
                isMarked = true
            } else {
                bytes.append(byte)
            }
        }
        return try bytes.withUnsafeBufferPointer { try body($0) }
    }
}
