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
        var thread: pthread_t = 0
    }

    private let state = Mutex(State())

    /// Sockets of calls and of connections.
    private static let descriptors: Int32 = 65_536

    /// An executor whose thread runs, for as long as the process does.
    static func started() -> LoopExecutor {
        let executor = LoopExecutor()
        let thread = Thread { executor.run() }
        thread.name = "sip-loop"
        thread.stackSize = 4 << 20
        thread.start()
        return executor
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let queue = state.withLock { state -> UInt in
            state.jobs.append(job)
            if state.isWoken || state.queue == 0 { return 0 }
            state.isWoken = true
            return state.queue
        }
        wake(queue)
    }

    /// One wake-up for however many jobs: libre's queue is a pipe that does not take more than some thousands.
    private func wake(_ queue: UInt) {
        guard let queue = OpaquePointer(bitPattern: queue) else { return }
        _ = mqueue_push(queue, 0, nil)
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
        _ = re_thread_init()
        _ = libre_init()
        at_be_quiet()
        _ = fd_setsize(Self.descriptors)
        var queue: OpaquePointer?
        let handler: @convention(c) (Int32, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = { _, _, argument in
            guard let argument else { return }
            Unmanaged<LoopExecutor>.fromOpaque(argument).takeUnretainedValue().drain()
        }
        guard mqueue_alloc(&queue, handler, Unmanaged.passUnretained(self).toOpaque()) == 0, let queue else { return }
        let pending = state.withLock { state -> UInt in
            state.queue = UInt(bitPattern: queue)
            state.thread = pthread_self()
            state.isWoken = !state.jobs.isEmpty
            return state.isWoken ? state.queue : 0
        }
        wake(pending)
        // No handler of signals: they are the server's.
        _ = re_main(nil)
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    func isIsolatingCurrentContext() -> Bool? {
        let thread = state.withLock(\.thread)
        return thread != 0 && pthread_equal(thread, pthread_self()) != 0
    }

    func checkIsolated() { precondition(isIsolatingCurrentContext() == true, "not on the loop's thread") }
}
