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
    public static let shared = WorkerThreads()

    /// How many may read an embedded database at once. Longer reads than these wait elsewhere, and not on these threads.
    public static let readers = min(16, max(4, cores))
    private static let cores = ProcessInfo.processInfo.activeProcessorCount
    /// Threads that are never all reading, so that what needs no database is answered whatever the database has to do.
    private static let spare = 2

    /// As long as jobs wait and a thread sleeps, others are searching, no more than can run at once: each search that ends with a job wakes the next
    /// while there is more.
    private struct State {
        var jobs: Deque<UnownedJob> = []
        var sleeping = 0
        /// Threads that are awake and have no job; one that is woken counts at once.
        var searching = 0
        var threads = 0

        /// - Returns: whether a sleeping thread is to be woken, which then counts as awake.
        mutating func callsForAnother() -> Bool {
            guard jobs.count > searching, searching < WorkerThreads.cores, sleeping > 0 else { return false }
            sleeping -= 1
            searching += 1
            return true
        }
    }

    /// `Mutex` hands itself over in the order of waiting, and each hand-over is a change of thread: many short holds by threads that
    /// outnumber the cores cost more than what they guard. This one does not.
    private let state = NIOLockedValueBox(State())
    private let wake = DispatchSemaphore(value: 0)

    private init() {
        makeRoom(for: Self.readers)
    }

    /// Sees to it that so many may wait for a database at once and others are served meanwhile. Threads that were made for it stay.
    public func makeRoom(for readers: Int) {
        let more = state.withLockedValue { state in
            let more = max(0, readers + Self.spare - state.threads)
            state.threads += more
            state.searching += more
            return (state.threads - more)..<state.threads
        }
        for number in more {
            let thread = Thread { [self] in work() }
            thread.name = "worker-\(number + 1)"
            thread.start()
        }
    }

    /// Whether the calling task runs on one of these threads, so that it may block here.
    public var isCurrent: Bool {
        withUnsafeCurrentTask { $0?.unownedTaskExecutor == asUnownedTaskExecutor() }
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let calls = state.withLockedValue { state in
            state.jobs.append(job)
            return state.callsForAnother()
        }
        if calls { wake.signal() }
    }

    private func work() {
        let executor = asUnownedTaskExecutor()
        while true {
            run(firstOf: search(), on: executor)
        }
    }

    /// Runs a job, and those that wait when it has ended.
    private func run(firstOf job: UnownedJob, on executor: UnownedTaskExecutor) {
        var next: UnownedJob? = job
        while let job = next {
            job.runSynchronously(on: executor)
            next = state.withLockedValue { state in
                let job = state.jobs.popFirst()
                if job == nil { state.searching += 1 }
                return job
            }
        }
    }

    /// Waits for a job.
    private func search() -> UnownedJob {
        while true {
            if let job = found(mayWait: false) { return job }
            // On a busy server the next job is a moment away: a thread that lets the others run first is mostly spared to sleep and to be woken.
            sched_yield()
            if let job = found(mayWait: true) { return job }
            wake.wait()
        }
    }

    /// - Parameter mayWait: whether the caller goes to sleep when there is none.
    private func found(mayWait: Bool) -> UnownedJob? {
        let (job, calls) = state.withLockedValue { state -> (UnownedJob?, Bool) in
            let job = state.jobs.popFirst()
            if job == nil {
                guard mayWait else { return (nil, false) }
                state.sleeping += 1
            }
            state.searching -= 1
            return (job, state.callsForAnother())
        }
        if calls { wake.signal() }
        return job
    }
}
