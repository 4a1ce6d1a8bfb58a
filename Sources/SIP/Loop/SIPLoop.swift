/// What runs on the thread that owns libre, one for the process. Nothing here may wait for anything: all calls' sound passes through it.
@globalActor
public actor SIPLoop {
    static let executor = LoopExecutor.started()
    public static let shared = SIPLoop()

    public nonisolated var unownedExecutor: UnownedSerialExecutor { Self.executor.asUnownedSerialExecutor() }

    /// For libre's handlers, which it calls on this thread and on no other.
    static func assumeIsolated<Value: Sendable>(_ body: @SIPLoop () throws -> Value) rethrows -> Value {
        shared.preconditionIsolated()
        return try withoutActuallyEscaping(body) { body in
            // The same function without the actor in its type: it was just checked that the actor's thread is the one.
            try unsafeBitCast(body, to: (() throws -> Value).self)()
        }
    }
}
