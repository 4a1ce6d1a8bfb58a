/// What a script has to tell its test.
public final class Told<Value: Sendable>: Sendable {
    private let (stream, continuation) = AsyncStream.makeStream(of: Value.self)

    public init() {}

    public func tell(_ value: Value) { continuation.yield(value) }

    public func next() async -> Value? { await stream.first { _ in true } }
}
