/// A list whose items are read some at a time, so that memory does not grow with it. The first of them are read together with what the list consists
/// of, so that a short one is one reading of the store.
public struct GradualList<Item: Sendable>: Sendable {
    /// How many things were asked for, there or not.
    public let asked: Int
    /// How many there are, shown or not.
    public let total: Int
    let first: ListPart<Item>
    let more: @Sendable (@escaping ListPart<Item>.Reading) async throws -> ListPart<Item>

    /// Visits the items in order. What has gone since the list was found is left out.
    public func forEach(_ visit: (Item) async throws -> Void) async throws {
        var part = first
        while true {
            for item in part.items { try await visit(item) }
            guard let next = part.next else { return }
            part = try await more(next)
        }
    }
}

/// Some items of a list, and how those behind them are read.
struct ListPart<Item: Sendable>: Sendable {
    typealias Reading = @Sendable (AccountLook) throws -> ListPart

    let items: [Item]
    /// nil behind the last one.
    let next: Reading?
}

extension ListPart {
    /// Items of things by id, `together` at a time.
    static func reading(
        _ ids: ArraySlice<String>, together: Int, _ items: @escaping @Sendable (AccountLook, [String]) throws -> [Item]
    ) -> Reading {
        { look in
            let rest = ids.dropFirst(together)
            return ListPart(items: try items(look, Array(ids.prefix(together))), next: rest.isEmpty ? nil : reading(rest, together: together, items))
        }
    }
}

/// Which part of a list is shown, and how much of it is read in one go.
public struct ListWindow: Sendable {
    /// How many are passed over.
    public let offset: Int
    public let limit: Int
    let together: Int

    /// - Parameter together: items held at once.
    public init(offset: Int = 0, limit: Int = .max, together: Int) {
        self.offset = offset
        self.limit = limit
        self.together = together
    }

    func part<Element>(of all: [Element]) -> ArraySlice<Element> { all.dropFirst(offset).prefix(limit) }
}

extension DomainOperations {
    /// Finds what a list consists of and reads the first of its items, from one reading.
    func gradualList<Item: Sendable>(
        of choice: MailboxChoice, in account: Account, _ reading: @escaping @Sendable ([MailboxEntry]) -> ListPart<Item>.Reading
    ) async throws -> GradualList<Item> {
        try await look(in: account) { look in
            let chosen = try choice.find(look)
            return GradualList(asked: chosen.asked, total: chosen.entries.count, first: try reading(chosen.entries)(look)) { next in
                try await self.look(in: account) { try next($0) }
            }
        }
    }
}
