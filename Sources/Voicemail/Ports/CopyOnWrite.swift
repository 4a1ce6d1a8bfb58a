/// A large value in one place that its copies share: a copy costs one count of references and not one for each of its fields. Who changes a copy
/// gives it a place of its own.
@propertyWrapper
struct CopyOnWrite<Value: Sendable>: Sendable {
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

extension CopyOnWrite: Equatable where Value: Equatable {
    static func == (left: CopyOnWrite, right: CopyOnWrite) -> Bool { left.place === right.place || left.wrappedValue == right.wrappedValue }
}

extension CopyOnWrite: Hashable where Value: Hashable {
    func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}

extension CopyOnWrite: CustomStringConvertible {
    var description: String { "\(wrappedValue)" }
}
