import StoredRows

/// The values of a statement's parameters, in PostgreSQL's binary forms.
struct Parameters: StoredParameters, Hashable, Sendable {
    /// Object ids of the types used here; they are the same in every database (`pg_type.dat`).
    enum Kind: UInt32 {
        case bytes = 17, int = 20, text = 25, listOfBytes = 1001, texts = 1009, ints = 1016
    }

    private(set) var kinds: [Kind] = []
    /// -1 for NULL.
    private(set) var lengths: [Int32] = []
    private var offsets: [Int] = []
    private var storage: [UInt8] = []

    var count: Int { kinds.count }

    // MARK: Binding

    mutating func bind(_ value: Int) { add(.int) { Self.append(Int64(value), to: &$0) } }

    mutating func bind(_ value: Int?) {
        guard let value else { return addNull(.int) }
        bind(value)
    }

    mutating func bind(_ text: String) { add(.text) { StoredText.append(text, to: &$0) } }

    mutating func bind(_ text: String?) {
        guard let text else { return addNull(.text) }
        bind(text)
    }

    mutating func bind(_ bytes: [UInt8]?) {
        guard let bytes else { return addNull(.bytes) }
        add(.bytes) { $0 += bytes }
    }

    mutating func bind(_ texts: [String]) {
        addArray(.texts, of: .text, texts) { text, storage in StoredText.append(text, to: &storage) }
    }

    mutating func bind(_ values: [Int]) {
        addArray(.ints, of: .int, values) { value, storage in Self.append(Int64(value), to: &storage) }
    }

    mutating func bind(_ value: StoredValue) {
        switch value {
        case .null: addNull(.text)
        case .int(let value): bind(value)
        case .text(let text): bind(text)
        case .bytes(let bytes): bind(bytes)
        }
    }

    /// A column of rows, some of which may be NULL.
    mutating func bind(_ values: [StoredValue], _ kind: StoredTable.Kind) {
        let (list, element): (Kind, Kind) =
            switch kind {
            case .int: (.ints, .int)
            case .text: (.texts, .text)
            case .bytes: (.listOfBytes, .bytes)
            }
        addArray(list, of: element, values, isNull: { $0 == .null }) { value, storage in
            switch value {
            case .null: break
            case .int(let value): Self.append(Int64(value), to: &storage)
            case .text(let text): StoredText.append(text, to: &storage)
            case .bytes(let bytes): storage += bytes
            }
        }
    }

    mutating func append(_ others: Parameters) {
        let start = storage.count
        kinds += others.kinds
        lengths += others.lengths
        offsets += others.offsets.map { start + $0 }
        storage += others.storage
    }

    private mutating func add(_ kind: Kind, _ write: (inout [UInt8]) -> Void) {
        let start = storage.count
        write(&storage)
        kinds.append(kind)
        offsets.append(start)
        lengths.append(Int32(clamping: storage.count - start))
    }

    private mutating func addNull(_ kind: Kind) {
        kinds.append(kind)
        offsets.append(storage.count)
        lengths.append(-1)
    }

    /// An array of one dimension: dimensions, whether there are NULLs, type, length, first index; then the elements, each behind its length.
    private mutating func addArray<Element>(
        _ kind: Kind, of element: Kind, _ elements: [Element], isNull: (Element) -> Bool = { _ in false }, _ write: (Element, inout [UInt8]) -> Void
    ) {
        add(kind) { storage in
            Self.append(Int32(elements.isEmpty ? 0 : 1), to: &storage)
            Self.append(Int32(elements.contains(where: isNull) ? 1 : 0), to: &storage)
            Self.append(Int32(bitPattern: element.rawValue), to: &storage)
            guard !elements.isEmpty else { return }
            Self.append(Int32(clamping: elements.count), to: &storage)
            Self.append(Int32(1), to: &storage)
            for value in elements {
                let place = storage.count
                Self.append(Int32(0), to: &storage)
                write(value, &storage)
                let length = isNull(value) ? -1 : Int32(clamping: storage.count - place - 4)
                withUnsafeBytes(of: length.bigEndian) { storage.replaceSubrange(place..<place + 4, with: $0) }
            }
        }
    }

    private static func append<Value: FixedWidthInteger>(_ value: Value, to storage: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { storage.append(contentsOf: $0) }
    }

    // MARK: For libpq

    /// Calls `body` with where each value is; nil stands for NULL.
    func withValues<Result>(_ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
        // Not empty, so that it has an address: a value of no bytes is not NULL.
        (storage + [0]).withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            return body(zip(offsets, lengths).map { offset, length in length < 0 ? nil : start.map { $0 + offset } })
        }
    }
}
