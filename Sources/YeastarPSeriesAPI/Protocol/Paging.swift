import Voicemail

/// Which page of a list is asked for (P§2.8).
struct Paging: Hashable, Sendable {
    static let standardSize = 20
    static let largestSize = 10_000

    let offset: Int
    let limit: Int

    /// Asked for neither page nor size, a client expects everything.
    init(_ parameters: PSeriesParameters) throws(PSeriesFailure) {
        let page = try parameters.integer("page"), size = try parameters.integer("page_size")
        guard page != nil || size != nil else {
            offset = 0
            limit = Self.largestSize
            return
        }
        if let page, page < 1 { throw .invalid("page", .int(page)) }
        if let size, !(1...Self.largestSize).contains(size) { throw .invalid("page_size", .int(size)) }
        limit = size ?? Self.standardSize
        let (before, overflow) = ((page ?? 1) - 1).multipliedReportingOverflow(by: limit)
        // So far beyond any list is as good as beyond every list.
        offset = overflow || before > Int(Int32.max) ? Int(Int32.max) : before
    }

    /// The page of a list that the domain reads.
    /// - Parameter together: items that are read in one go.
    func window(together: Int) -> ListWindow { ListWindow(offset: offset, limit: limit, together: together) }

    /// The page of a list that is at hand.
    func slice<Element>(_ all: [Element]) -> ArraySlice<Element> {
        guard offset < all.count else { return [] }
        return all[offset..<min(all.count, offset + limit)]
    }
}

/// What items of a list are compared by.
enum SortValue: Comparable, Sendable {
    case number(Int)
    case text(String)
    /// An extension number: digits by value, the shorter first.
    case numeral(String)

    static func < (left: SortValue, right: SortValue) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left < right
        case (.numeral(let left), .numeral(let right)): (left.utf8.count, left) < (right.utf8.count, right)
        case (.text(let left), .text(let right)): (left.lowercased(), left) < (right.lowercased(), right)
        // One list has one kind.
        default: false
        }
    }
}

/// In what order a list is asked for (P§2.8).
struct Sorting<Key: RawRepresentable<String> & CaseIterable & Sendable>: Sendable {
    let key: Key
    let ascending: Bool

    init(_ parameters: PSeriesParameters, standard: Key, ascending standardOrder: Bool = true) throws(PSeriesFailure) {
        if let word = try parameters.text("sort_by") {
            guard let known = Key(rawValue: word) else { throw .invalid("sort_by", .string(word)) }
            key = known
        } else {
            key = standard
        }
        switch try parameters.text("order_by") {
        case nil: ascending = standardOrder
        case "asc"?: ascending = true
        case "desc"?: ascending = false
        case let word?: throw .invalid("order_by", .string(word))
        }
    }

    /// A list that is at hand, in the order asked for; what is equal stays in the order it has.
    func sort<Element>(_ items: [Element], _ value: (Element, Key) -> SortValue) -> [Element] {
        let keyed = items.enumerated().map { (offset: $0.offset, element: $0.element, value: value($0.element, key)) }
        return keyed.sorted { left, right in
            if left.value == right.value { return left.offset < right.offset }
            return (left.value < right.value) == ascending
        }.map(\.element)
    }
}
