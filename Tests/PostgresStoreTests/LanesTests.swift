import Foundation
import Synchronization
import TestKit
import Testing
import Threads
import Voicemail

@testable import PostgresStore

/// Connections are used where a task may wait, and on threads of their own elsewhere; everyone is served once, and in order.
struct LanesTests {
    /// Nobody listens there, and nobody connects.
    private let options = PostgresOptions(url: "postgresql:///nothing?host=/nowhere")

    private func lanes(_ count: Int, patience: Duration = .seconds(60)) -> Lanes {
        Lanes("test", count: count, patience: patience) { [options] in Session(options, reachability: Reachability()) }
    }

    @Test("Jobs from everywhere are done once each, no more at a time than there are connections, and all before the end")
    func everyoneIsServed() async {
        struct Count { var done = 0, here = 0, running = 0, most = 0 }
        let lanes = lanes(3), count = Mutex(Count())
        let work: @Sendable (Bool) -> Void = { isHere in
            count.withLock { count in
                count.running += 1
                count.most = max(count.most, count.running)
            }
            sched_yield()
            count.withLock { count in
                count.running -= 1
                count.done += 1
                if isHere { count.here += 1 }
            }
        }
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<3_000 {
                group.addTask(executorPreference: number.isMultiple(of: 2) ? WorkerThreads.shared : nil) {
                    if number.isMultiple(of: 2), lanes.runHere({ _ in work(true) }) != nil { return }
                    let isQueued = lanes.enqueue { _, _ in work(false) }
                    #expect(isQueued)
                }
            }
        }
        lanes.close()
        let end = count.withLock { $0 }
        #expect(end.done == 3_000 && end.running == 0)
        #expect(end.most <= 3)
        #expect(end.here > 0 && end.here < 3_000)
    }

    @Test("When all is closed nothing is run any more; what has a connection, or waits for one, is done before")
    func closing() async {
        let lanes = lanes(1), order = Mutex<[String]>([])
        let isHeld = DispatchSemaphore(value: 0), goesOn = DispatchSemaphore(value: 0)
        let holder = Thread {
            _ = lanes.runHere { _ in
                isHeld.signal()
                goesOn.wait()
                order.withLock { $0.append("held") }
            }
        }
        holder.start()
        isHeld.wait()
        #expect(lanes.runHere { _ in order.withLock { $0.append("never") } } == nil)
        for name in ["first", "second"] { #expect(lanes.enqueue { _, _ in order.withLock { $0.append(name) } }) }
        let closer = Thread {
            lanes.close()
            order.withLock { $0.append("closed") }
            isHeld.signal()
        }
        closer.start()
        goesOn.signal()
        isHeld.wait()
        #expect(order.withLock { $0 } == ["held", "first", "second", "closed"])
        #expect(lanes.runHere { _ in 1 } == nil)
        #expect(!lanes.enqueue { _, _ in order.withLock { $0.append("never") } })
        #expect(order.withLock { $0.count } == 4)
    }

    @Test("Whoever has waited longer than anybody should is told")
    func patience() {
        let lanes = lanes(1, patience: .zero), told = Mutex<[Bool]>([])
        _ = lanes.runHere { _ in #expect(lanes.enqueue { _, isTooLate in told.withLock { $0.append(isTooLate) } }) }
        lanes.close()
        #expect(told.withLock { $0 } == [true])
    }

    @Test("Reads by tasks that may wait see what was committed, and what they throw gives the connection back")
    func readsHere() async throws {
        try await withStore(pool: 2) { store in
            let found = try await store.countReaders(of: 200)
            #expect(found == 200)
        }
    }
}
