import Synchronization

/// The name of a value, by a number that it has for as long as the process lives: values are found by comparing numbers.
struct ValueName: Sendable, Hashable {
    let number: Int32

    /// All that templates and the program have named; there are some hundred, and none comes from outside.
    private static let numbers = Mutex<[String: Int32]>([:])

    init(_ name: String) {
        number = Self.numbers.withLock { numbers in
            if let known = numbers[name] { return known }
            numbers[name] = Int32(numbers.count)
            return Int32(numbers.count - 1)
        }
    }

    /// Those there are by now.
    static var known: [String: Int32] { numbers.withLock { $0 } }
}

/// What a name stands for.
enum PageValue: Sendable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case rows([PageRow])

    /// - Parameter numbers: of the names that templates have.
    init(_ value: Any, _ numbers: [String: Int32]) {
        switch value {
        case let text as String: self = .text(text)
        case let flag as Bool: self = .flag(flag)
        case let number as Int: self = .number(number)
        case let rows as [PageRow]: self = .rows(rows)
        case let rows as [[String: Any]]: self = .rows(rows.map { PageRow($0, numbers) })
        default: self = .text(String(describing: value))
        }
    }

    /// Whether a section of it is shown.
    var isThere: Bool {
        switch self {
        case .flag(let flag): flag
        case .rows(let rows): !rows.isEmpty
        case .text, .number: true
        }
    }
}

/// The values of one of a list.
struct PageRow: Sendable {
    /// Few enough to be looked through from the beginning.
    private var values: [(name: Int32, value: PageValue)] = []

    init() { values.reserveCapacity(12) }

    /// Of values under names; those that no template has are left out.
    init(_ named: [String: Any], _ numbers: [String: Int32]) {
        values = named.compactMap { name, value in numbers[name].map { ($0, PageValue(value, numbers)) } }
    }

    mutating func set(_ name: ValueName, _ value: PageValue) { values.append((name.number, value)) }

    subscript(_ name: Int32) -> PageValue? {
        for index in values.indices where values[index].name == name { return values[index].value }
        return nil
    }
}
