/// A large value in one place that its copies share: a copy costs one count of references and not one for each of its fields. Who changes a copy
/// gives it a place of its own.
@propertyWrapper
struct Shared<Value: Sendable>: Sendable {
    private final class Place: Sendable {
        let value: Value

        init(_ value: Value) { self.value = value }
    }

    private var place: Place

    init(wrappedValue: Value) { place = Place(wrappedValue) }

    var wrappedValue: Value {
        get { place.value }
        set { place = Place(newValue) }
    }
}

extension Shared: Equatable where Value: Equatable {
    static func == (left: Shared, right: Shared) -> Bool { left.place === right.place || left.wrappedValue == right.wrappedValue }
}

extension Shared: Hashable where Value: Hashable {
    func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}

extension Shared: CustomStringConvertible {
    var description: String { "\(wrappedValue)" }
}
