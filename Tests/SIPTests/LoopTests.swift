import Glibc
import TestKit
import Testing

@testable import SIP

@Suite("Whatever the library's queue does, nobody waits for ever")
struct LoopTests {
    /// On an executor of its own.
    private actor Worker {
        private let executor: LoopExecutor
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        init(_ executor: LoopExecutor) { self.executor = executor }

        func work() -> Int { 7 }
    }

    @Test("Without a queue jobs are done all the same, and it is known why there are no calls")
    func broken() async {
        let executor = LoopExecutor.started { _, _, _ in ENOMEM }
        #expect(await Worker(executor).work() == 7)
        #expect(executor.failure == ENOMEM)
    }

    @Test("Ten thousand jobs from many sides are all done")
    func many() async {
        let executor = LoopExecutor.started()
        let worker = Worker(executor)
        let sum = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<10_000 { group.addTask { await worker.work() } }
            return await group.reduce(0, +)
        }
        #expect(sum == 70_000)
        #expect(executor.failure == nil)
    }
}
