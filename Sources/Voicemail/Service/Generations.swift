/// What was kept last under many keys, in bounded memory: there are two generations, what is used moves to the young one, and when that is full the old
/// one is forgotten.
public struct Generations<Key: Hashable, Value> {
    @usableFromInline
    let size: Int
    @usableFromInline
    var young: [Key: Value] = [:]
    @usableFromInline
    var old: [Key: Value] = [:]

    /// - Parameter size: keys in a generation; up to twice as many are kept.
    @inlinable
    public init(of size: Int) { self.size = size }

    @inlinable
    public mutating func value(for key: Key) -> Value? {
        if let value = young[key] { return value }
        guard let value = old.removeValue(forKey: key) else { return nil }
        keep(value, for: key)
        return value
    }

    @inlinable
    public mutating func keep(_ value: Value, for key: Key) {
        if young[key] == nil, young.count >= size {
            old = young
            young = [:]
        }
        young[key] = value
    }

    @inlinable
    public mutating func forget(_ key: Key) {
        young[key] = nil
        old[key] = nil
    }
}

extension Generations: Sendable where Key: Sendable, Value: Sendable {}
