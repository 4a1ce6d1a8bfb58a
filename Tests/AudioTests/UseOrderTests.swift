import TestKit
import Testing

@testable import Audio

@Suite struct UseOrderTests {
    @Test func theLeastRecentlyUsedIsTheFirst() {
        var order = UseOrder<String>()
        #expect(order.leastRecent() == nil)
        for key in ["a", "b", "c", "a"] { order.use(key) }
        #expect(order.leastRecent() == "b")
        #expect(order.leastRecent() == "b")
        order.remove("b")
        order.remove("unknown")
        #expect(order.leastRecent() == "c")
        order.use("c")
        #expect(order.leastRecent() == "a")
        order.remove("a")
        order.remove("c")
        #expect(order.leastRecent() == nil)
        order.use("a")
        #expect(order.leastRecent() == "a")
    }

    /// However often its keys are used, the queue follows their number.
    @Test func usesWithoutEndAreCompacted() {
        var order = UseOrder<Int>()
        for key in 0..<100 { order.use(key) }
        var longest = 0
        for _ in 0..<10_000 {
            order.use(99)
            longest = max(longest, order.length)
        }
        #expect(longest == 2 * 100 + UseOrder<Int>.slack)
        #expect(order.leastRecent() == 0)
        for key in 0..<100 { order.remove(key) }
        #expect(order.length <= UseOrder<Int>.slack)
        #expect(order.leastRecent() == nil)
    }

    @Test(arguments: 0..<8) func isAsAListThatIsSortedEachTime(_ seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var order = UseOrder<Int>()
        var list: [Int] = []
        for _ in 0..<5000 {
            let key = Int.random(in: 0..<200, using: &random)
            list.removeAll { $0 == key }
            if Int.random(in: 0..<4, using: &random) == 0 {
                order.remove(key)
            } else {
                order.use(key)
                list.append(key)
            }
            #expect(order.leastRecent() == list.first)
            #expect(order.length <= 2 * list.count + UseOrder<Int>.slack)
        }
    }
}
