import Voicemail

/// One row of a database's answer, by column from 0.
///
/// How things become rows is the same in every database, so it stands here once, and each store supplies the row. Generic code of
/// this module is inlinable: a listing decodes twenty columns a message.
public protocol StoredRow: ~Copyable {
    func isNull(_ column: Int32) -> Bool
    /// 0 where there is none.
    func int(_ column: Int32) -> Int
    func text(_ column: Int32) -> String
    /// Puts the text into `value`, unless it is there already, which saves making it again.
    func read(_ column: Int32, into value: inout String)
    /// The bytes of a blob.
    func bytes(_ column: Int32) -> [UInt8]?
    /// The text's bytes, valid during `body`.
    func withBytes<Value>(_ column: Int32, _ body: (UnsafeBufferPointer<UInt8>) throws -> Value) rethrows -> Value
}

/// What a statement's parameters are bound to, from the first to the last.
public protocol StoredParameters: ~Copyable {
    mutating func bind(_ value: Int)
    mutating func bind(_ value: Int?)
    mutating func bind(_ text: String)
    mutating func bind(_ text: String?)
    mutating func bind(_ bytes: [UInt8]?)
}

extension StoredParameters where Self: ~Copyable {
    @inlinable
    public mutating func bind(_ value: Timestamp) { bind(value.unix) }
}

extension StoredRow where Self: ~Copyable {
    @inlinable
    public func timestamp(_ column: Int32) -> Timestamp { Timestamp(unix: int(column)) }

    @inlinable
    public func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    @inlinable
    public func blobID(_ column: Int32) throws -> BlobID? {
        guard let hex = optionalText(column) else { return nil }
        guard let id = BlobID(hex) else { throw StoreError.failed("a stored blob name is malformed") }
        return id
    }

    @inlinable
    public func json(_ column: Int32) throws -> JSON {
        guard let value = withBytes(column, { StoredJSON.value($0) }) else { throw StoreError.failed("a stored value is not JSON") }
        return value
    }

    /// - Parameter keys: the members that are read; nil for all.
    @inlinable
    public func object(_ column: Int32, keeping keys: Set<String>? = nil) throws -> JSONObject {
        if let keys {
            guard let members = withBytes(column, { StoredJSON.object($0, keeping: keys) }) else {
                throw StoreError.failed("a stored value is not a JSON object")
            }
            return members
        }
        guard let value = withBytes(column, { StoredJSON.value($0) }), case .object(let object) = value else {
            throw StoreError.failed("a stored value is not a JSON object")
        }
        return object
    }
}
