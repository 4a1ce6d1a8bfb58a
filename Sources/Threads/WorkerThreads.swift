import DequeModule
import Dispatch
import Foundation
import NIOConcurrencyHelpers

/// A fixed number of threads that run tasks and, unlike those of the cooperative pool, may wait for a device.
///
/// A request reads the store two or three times and a blob once. On the cooperative pool each of these is two changes of
/// thread, and those cost more than the reading does. A task that prefers this executor reads where it is (`isCurrent`).
public final class WorkerThreads: TaskExecutor {
    /// The process's own. Its threads sleep while there is nothing to do, and end with the process.
    public static let shared = WorkerThreads(count: readers + spare)

    /// How many may read a database at once. Longer reads than these wait elsewhere, and not on these threads.
    public static let readers = min(16, max(4, ProcessInfo.processInfo.activeProcessorCount))
    /// Threads that are never all reading, so that what needs no database is answered whatever the database has to do.
    private static let spare = 2

    public let count: Int

    private struct State {
        var jobs: Deque<UnownedJob> = []
        var sleeping = 0
    }

    /// `Mutex` hands itself over in the order of waiting, and each hand-over is a change of thread: many short holds by threads that
    /// outnumber the cores cost more than what they guard. This one does not.
    private let state = NIOLockedValueBox(State())
    private let wake = DispatchSemaphore(value: 0)

    private init(count: Int) {
        self.count = count
        for number in 1...count {
            let thread = Thread { [self] in work() }
            thread.name = "worker-\(number)"
            thread.start()
        }
    }

    /// Whether the calling task runs on one of these threads, so that it may block here.
    public var isCurrent: Bool {
        withUnsafeCurrentTask { $0?.unownedTaskExecutor == asUnownedTaskExecutor() }
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isOneAsleep = state.withLockedValue { state in
            state.jobs.append(job)
            guard state.sleeping > 0 else { return false }
            state.sleeping -= 1
            return true
        }
        if isOneAsleep { wake.signal() }
    }

    private func work() {
        let executor = asUnownedTaskExecutor()
        while true {
            if let job = next(mayWait: false) {
                job.runSynchronously(on: executor)
                continue
            }
            // On a busy server the next job is a moment away: who lets the others run first is mostly spared to sleep and to be woken.
            sched_yield()
            if let job = next(mayWait: true) {
                job.runSynchronously(on: executor)
            } else {
                wake.wait()
            }
        }
    }

    /// - Parameter mayWait: whether the caller goes to sleep when there is none.
    private func next(mayWait: Bool) -> UnownedJob? {
        state.withLockedValue { state in
            let job = state.jobs.popFirst()
            if job == nil, mayWait { state.sleeping += 1 }
            return job
        }
    }
}
