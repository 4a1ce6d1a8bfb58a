import Testing
import Waiting
@testable import Voicemail

/// Attempts at once are judged in the order they came.
@Suite struct AttemptOrderTests {
    @Test("Who comes later waits for all before him that share a key, and for nobody else")
    func waits() async {
        let order = AttemptOrder()
        let first = order.enter(["a"]), other = order.enter(["c"]), second = order.enter(["a", "b"]), third = order.enter(["b"])
        await order.waitForEarlier(first, ["a"])
        await order.waitForEarlier(other, ["c"])
        let (passed, pass) = AsyncStream.makeStream(of: Int.self)
        await withTaskGroup(of: Void.self) { group in
            for (ticket, keys) in [(third, ["b"]), (second, ["a", "b"])] {
                group.addTask {
                    await order.waitForEarlier(ticket, keys)
                    pass.yield(ticket)
                    order.leave(ticket, keys)
                }
            }
            order.leave(first, ["a"])
        }
        pass.finish()
        let inOrder = await passed.reduce(into: [Int]()) { $0.append($1) }
        #expect(inOrder == [second, third])
        order.leave(other, ["c"])
        // Nothing is left behind to wait for.
        let last = order.enter(["a", "b", "c"])
        await order.waitForEarlier(last, ["a", "b", "c"])
        order.leave(last, ["a", "b", "c"])
    }

    @Test("Any number of them come through, whatever they share", arguments: [1, 2, 3])
    func manyPass(keysEach: Int) async {
        let order = AttemptOrder()
        let keys = ["a", "b", "c"]
        let passed = await withTaskGroup(of: Void.self, returning: Int.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let mine = (0..<keysEach).map { keys[(number + $0) % keys.count] }
                    let ticket = order.enter(mine)
                    if number % 2 == 0 { await Task.yield() }
                    if number % 3 != 0 { await order.waitForEarlier(ticket, mine) }
                    order.leave(ticket, mine)
                }
            }
            return await group.reduce(0) { count, _ in count + 1 }
        }
        #expect(passed == 500)
    }
}
