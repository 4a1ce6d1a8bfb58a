import CRe
import Foundation
import Synchronization

/// Runs jobs on the thread that owns everything of libre.
///
/// libre binds its sockets and timers to the thread that made them, and its reference counts are not atomic: no other thread may touch any of it.
final class LoopExecutor: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        /// Whether the loop has been told that there are some.
        var isWoken = false
        /// The address of libre's queue, the one thing of it that other threads may use; 0 until the loop runs.
        var queue: UInt = 0
        var failure: Int32?
    }

    private let state = Mutex(State())
    /// The loop's own, 0 until it has one. Asked for with every packet.
    private let thread = Atomic<pthread_t>(0)
    /// Wakes the thread while no loop runs on it.
    private let bell = DispatchSemaphore(value: 0)
    private let makeQueue: QueueMaker

    typealias QueueMaker = @Sendable (UnsafeMutablePointer<OpaquePointer?>, @escaping QueueHandler, UnsafeMutableRawPointer) -> Int32
    typealias QueueHandler = @convention(c) (Int32, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void

    /// Sockets of calls and of connections.
    private static let descriptors: Int32 = 65_536

    private init(_ makeQueue: @escaping QueueMaker) { self.makeQueue = makeQueue }

    /// An executor whose thread runs, for as long as the process does.
    static func started(queue makeQueue: @escaping QueueMaker = { mqueue_alloc($0, $1, $2) }) -> LoopExecutor {
        let executor = LoopExecutor(makeQueue)
        let thread = Thread { executor.run() }
        thread.name = "sip-loop"
        thread.stackSize = 4 << 20
        thread.start()
        return executor
    }

    /// Why libre's loop does not run, as an error number; nil while it does. Jobs run all the same: what needs the loop finds out here.
    var failure: Int32? { state.withLock(\.failure) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let queue = state.withLock { state -> UInt? in
            state.jobs.append(job)
            if state.isWoken { return nil }
            state.isWoken = true
            return state.queue
        }
        if let queue { wake(queue) }
    }

    /// One wake-up for however many jobs: libre's queue is a pipe that does not take more than some thousands.
    private func wake(_ queue: UInt) {
        guard let queue = OpaquePointer(bitPattern: queue) else {
            bell.signal()
            return
        }
        // A pipe that takes no more is full of wake-ups that are still to come; the first of them does these jobs as well. The next job tries again.
        if mqueue_push(queue, 0, nil) != 0 { state.withLock { $0.isWoken = false } }
    }

    private func drain() {
        let batch = state.withLock { state in
            defer { state.jobs.removeAll(keepingCapacity: true) }
            state.isWoken = false
            return state.jobs
        }
        for job in batch { job.runSynchronously(on: asUnownedSerialExecutor()) }
    }

    /// Blocks: the loop itself.
    private func run() {
        // First of all: from here on sockets and timers are this thread's.
        thread.store(pthread_self(), ordering: .releasing)
        _ = re_thread_init()
        _ = libre_init()
        at_be_quiet()
        _ = fd_setsize(Self.descriptors)
        var queue: OpaquePointer?
        let handler: QueueHandler = { _, _, argument in
            guard let argument else { return }
            Unmanaged<LoopExecutor>.fromOpaque(argument).takeUnretainedValue().drain()
        }
        let error = makeQueue(&queue, handler, Unmanaged.passUnretained(self).toOpaque())
        guard error == 0, let queue else { return runAlone(error) }
        let pending = state.withLock { state -> UInt? in
            state.queue = UInt(bitPattern: queue)
            state.isWoken = !state.jobs.isEmpty
            return state.isWoken ? state.queue : nil
        }
        if let pending { wake(pending) }
        // No handler of signals: they are the server's. It does not return while all is well.
        runAlone(re_main(nil))
    }

    /// Without libre's loop: jobs are done, so that those who wait for them learn that there are no calls. Blocks.
    private func runAlone(_ error: Int32) {
        state.withLock { ($0.queue, $0.failure) = (0, error) }
        while true {
            drain()
            bell.wait()
        }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    func isIsolatingCurrentContext() -> Bool? {
        let thread = thread.load(ordering: .acquiring)
        return thread != 0 && pthread_equal(thread, pthread_self()) != 0
    }

    func checkIsolated() { precondition(isIsolatingCurrentContext() == true, "not on the loop's thread") }
}
