/// What runs on the thread that owns libre, one for the process. Nothing here may wait for anything: all calls' sound passes through it.
@globalActor
public actor SIPLoop {
    static let executor = LoopExecutor.started()
    public static let shared = SIPLoop()

    public nonisolated var unownedExecutor: UnownedSerialExecutor { Self.executor.asUnownedSerialExecutor() }

    /// For libre's handlers, which it calls on this thread and on no other.
    ///
    /// What a handler is given are pointers, which the compiler lets into no closure of another isolation: handlers name them `nonisolated(unsafe)` first.
    /// That is safe because `body` runs here and now, on the thread that the handler was called on, and has returned before the handler does: no pointer
    /// gets to another thread, nor is one used for longer than libre lends it.
    static func assumeIsolated<Value: Sendable>(_ body: @SIPLoop () throws -> Value) rethrows -> Value {
        shared.preconditionIsolated()
        return try withoutActuallyEscaping(body) { body in
            // The same function without the actor in its type: it was just checked that the actor's thread is the one.
            try unsafeBitCast(body, to: (() throws -> Value).self)()
        }
    }
}
