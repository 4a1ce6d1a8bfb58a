import Dispatch
import Synchronization
import Testing
import Threads

/// Threads that may wait: nobody who waits on one keeps the others from theirs.
@Suite struct WorkerThreadsTests {
    private final class Counter: Sendable {
        private let counted = Atomic(0)

        var value: Int { counted.load(ordering: .relaxed) }
        func add() { counted.add(1, ordering: .relaxed) }
    }

    @Test("A task that prefers them runs on one of them, and what it calls too; without, nobody does")
    func current() async {
        #expect(!WorkerThreads.shared.isCurrent)
        await withTaskExecutorPreference(WorkerThreads.shared) {
            #expect(WorkerThreads.shared.isCurrent)
            await Self.expectCurrent()
            await Task.yield()
            #expect(WorkerThreads.shared.isCurrent)
        }
        #expect(!WorkerThreads.shared.isCurrent)
    }

    private static nonisolated(nonsending) func expectCurrent() async { #expect(WorkerThreads.shared.isCurrent) }

    /// With fewer threads the last to come would wait for ever.
    @Test(
        "As many as may read at once wait for one another, and another task goes on meanwhile", arguments: [WorkerThreads.readers, WorkerThreads.readers + 5])
    func waiting(_ readers: Int) async {
        WorkerThreads.shared.makeRoom(for: readers)
        let arrived = Counter(), goOn = DispatchSemaphore(value: 0)
        await withTaskGroup { group in
            for _ in 0..<readers {
                group.addTask(executorPreference: WorkerThreads.shared) {
                    arrived.add()
                    goOn.wait()
                }
            }
            group.addTask(executorPreference: WorkerThreads.shared) {
                while arrived.value < readers { await Task.yield() }
                for _ in 0..<readers { goOn.signal() }
            }
        }
        #expect(arrived.value == readers)
    }

    @Test("Of very many jobs each runs once, those that make others too")
    func many() async {
        let count = Counter()
        await withTaskGroup { group in
            for _ in 0..<200 {
                group.addTask(executorPreference: WorkerThreads.shared) {
                    await withTaskGroup { inner in
                        for _ in 0..<50 {
                            inner.addTask {
                                await Task.yield()
                                count.add()
                            }
                        }
                    }
                }
            }
        }
        #expect(count.value == 10_000)
    }
}
