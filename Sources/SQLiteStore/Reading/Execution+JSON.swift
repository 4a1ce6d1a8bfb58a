import Voicemail

extension Execution {
    func json(_ column: Int32) throws -> JSON {
        guard let value = withBytes(column, StoredJSON.value) else { throw StoreError.failed("a stored value is not JSON") }
        return value
    }

    /// - Parameter keys: the members that are read; nil for all.
    func object(_ column: Int32, keeping keys: Set<String>? = nil) throws -> JSONObject {
        if let keys {
            guard let members = withBytes(column, { StoredJSON.object($0, keeping: keys) }) else {
                throw StoreError.failed("a stored value is not a JSON object")
            }
            return members
        }
        guard let value = withBytes(column, StoredJSON.value), case .object(let object) = value else {
            throw StoreError.failed("a stored value is not a JSON object")
        }
        return object
    }
}
