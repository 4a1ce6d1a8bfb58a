/// The parameters of a query string or an urlencoded form, in the order sent; a name may occur again.
public struct Query: Sendable {
    /// One parameter, decoded.
    public struct Item: Hashable, Sendable {
        /// The name, with `+` read as a space.
        public let name: String
        /// The value, with `+` read as a space, as HTML forms write it. Empty when there was no `=`.
        public let value: String
        /// The value with `+` left alone, for telephone numbers that a client forgot to encode (`+353…`).
        public let literal: String

        public init(name: String, value: String, literal: String) {
            self.name = name
            self.value = value
            self.literal = literal
        }
    }

    public let items: [Item]

    public init(_ items: [Item] = []) {
        self.items = items
    }

    /// Parses what follows the `?`. Empty pieces (`a=1&&b=2`, a trailing `&`) are skipped.
    /// - Parameter takesForeign: as in `PercentEncoding.decode`.
    /// - Throws: `RequestFault.malformedQuery` for broken percent-encoding, `.tooManyParameters` above `limit`.
    public init(parsing text: some StringProtocol, limit: Int = 256, takesForeign: Bool = false) throws(RequestFault) {
        var items: [Item] = []
        for piece in text.split(separator: "&", omittingEmptySubsequences: true) {
            guard items.count < limit else { throw .tooManyParameters(limit: limit) }
            let cut = piece.firstIndex(of: "=")
            let rawValue = cut.map { piece[piece.index(after: $0)...] } ?? piece[piece.endIndex...]
            guard let name = PercentEncoding.decode(piece[..<(cut ?? piece.endIndex)], plusIsSpace: true, takesForeign: takesForeign),
                let value = PercentEncoding.decode(rawValue, plusIsSpace: true, takesForeign: takesForeign),
                let literal = rawValue.utf8.contains(UInt8(ascii: "+")) ? PercentEncoding.decode(rawValue, takesForeign: takesForeign) : value
            else { throw .malformedQuery }
            items.append(Item(name: name, value: value, literal: literal))
        }
        self.items = items
    }

    public var isEmpty: Bool { items.isEmpty }

    /// The first value of `name`.
    public subscript(name: String) -> String? {
        items.first { $0.name == name }?.value
    }

    /// The first value of `name` with `+` left alone.
    public func literal(_ name: String) -> String? {
        items.first { $0.name == name }?.literal
    }

    /// Every value of `name`, in order.
    public func all(_ name: String) -> [String] {
        items.compactMap { $0.name == name ? $0.value : nil }
    }

    public func contains(_ name: String) -> Bool {
        items.contains { $0.name == name }
    }
}
