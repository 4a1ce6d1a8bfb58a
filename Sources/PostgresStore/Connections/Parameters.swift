import StoredRows

/// The values of a statement's parameters, in PostgreSQL's binary forms.
struct Parameters: StoredParameters, Hashable, Sendable {
    /// Object ids of the types used here; they are the same in every database (`pg_type.dat`).
    enum Kind: UInt32 {
        case bytes = 17, int = 20, text = 25, listOfBytes = 1001, texts = 1009, ints = 1016
    }

    /// A value in `storage`.
    private struct Place: Hashable, Sendable {
        let kind: Kind
        let offset: Int
        /// -1 for NULL.
        let length: Int32
    }

    private var places: [Place] = []
    private var storage: [UInt8] = []

    /// Most statements have no more values, and no longer ones.
    private static let usualCount = 8, usualBytes = 160

    var count: Int { places.count }
    /// Bytes.
    var size: Int { storage.count }
    var kinds: [Kind] { places.map(\.kind) }

    /// By the values alone: two statements of the same values are seldom alike in all else.
    func hash(into hasher: inout Hasher) { storage.withUnsafeBytes { hasher.combine(bytes: $0) } }

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
        guard !places.isEmpty else { return self = others }
        let start = storage.count
        places += others.places.lazy.map { Place(kind: $0.kind, offset: start + $0.offset, length: $0.length) }
        storage += others.storage
    }

    private mutating func add(_ kind: Kind, _ write: (inout [UInt8]) -> Void) {
        makeRoom()
        let start = storage.count
        write(&storage)
        places.append(Place(kind: kind, offset: start, length: Int32(clamping: storage.count - start)))
    }

    private mutating func addNull(_ kind: Kind) {
        makeRoom()
        places.append(Place(kind: kind, offset: storage.count, length: -1))
    }

    private mutating func makeRoom() {
        guard places.isEmpty else { return }
        places.reserveCapacity(Self.usualCount)
        storage.reserveCapacity(Self.usualBytes)
        // A value of no bytes is not NULL, so it needs an address.
        storage.append(0)
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

    /// All that libpq wants to know of values: where each is, with nil for NULL, how long it is, and that it is binary.
    struct Bound {
        let values: UnsafePointer<UnsafePointer<CChar>?>?
        let lengths: UnsafePointer<Int32>?
        let formats: UnsafePointer<Int32>?
    }

    /// - Parameter body: must not keep what it is given.
    func withValues<Result>(_ body: (Bound) -> Result) -> Result {
        storage.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: count * 2) { numbers in
                    let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                    for (index, place) in places.enumerated() {
                        values.initializeElement(at: index, to: place.length < 0 ? nil : start.map { $0 + place.offset })
                        numbers.initializeElement(at: index, to: place.length)
                        numbers.initializeElement(at: count + index, to: 1)
                    }
                    let lengths = numbers.baseAddress.map { UnsafePointer($0) }
                    return body(Bound(values: values.baseAddress.map { UnsafePointer($0) }, lengths: lengths, formats: lengths.map { $0 + count }))
                }
            }
        }
    }
}
