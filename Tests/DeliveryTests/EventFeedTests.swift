import TestKit
import Testing
import Voicemail

@testable import Delivery

struct EventCursorTests {
    private let start = ContinuousClock.now

    private func events(_ serials: Int...) -> [Event] {
        serials.map { Event(serial: $0, kind: .messageStored, accountID: "a", subjectID: "\($0)", created: Timestamp(unix: 0)) }
    }

    @Test("An event is new once, also one whose transaction commits after those of later serials")
    func late() {
        var cursor = EventCursor(seen: [7, 6, 4], at: start)
        #expect(cursor.newest == 7 && cursor.oldestMissing == 5)
        #expect(cursor.take(events(6, 7), at: start).isEmpty)
        #expect(cursor.take(events(8, 11), at: start).map(\.serial) == [8, 11])
        #expect(cursor.take(events(5, 6, 7, 8, 9, 11), at: start).map(\.serial) == [5, 9])
        #expect(cursor.take(events(5, 6, 7, 8, 9, 10, 11), at: start).map(\.serial) == [10])
        #expect(cursor.oldestMissing == nil && cursor.newest == 11)
    }

    @Test("What was there before the first look is not new, nor what is below it")
    func begins() {
        var empty = EventCursor(seen: [], at: start)
        #expect(empty.newest == 0 && empty.oldestMissing == nil)
        #expect(empty.take(events(1), at: start).map(\.serial) == [1])
        var one = EventCursor(seen: [5], at: start)
        #expect(one.oldestMissing == nil)
        #expect(one.take(events(3, 5, 6), at: start).map(\.serial) == [6])
    }

    @Test("A serial that stays missing is given up when its time is over, and not before")
    func givesUp() {
        var cursor = EventCursor(seen: [1], at: start)
        _ = cursor.take(events(3), at: start)
        let almost = start + EventCursor.patience - .nanoseconds(1)
        cursor.giveUp(at: almost)
        #expect(cursor.oldestMissing == 2)
        _ = cursor.take(events(5), at: almost)
        cursor.giveUp(at: start + EventCursor.patience)
        #expect(cursor.oldestMissing == 4)
        #expect(cursor.take(events(2, 4), at: start).map(\.serial) == [4])
    }

    @Test("A leap of the serials does not fill the memory")
    func leaps() {
        var cursor = EventCursor(seen: [1], at: start)
        #expect(cursor.take(events(1_000_000_000), at: start).count == 1)
        #expect(cursor.take(events(2_000_000_000), at: start).count == 1)
        #expect(cursor.oldestMissing == 2)
        #expect(cursor.take(events(EventCursor.mostMissing + 1, EventCursor.mostMissing + 2), at: start).map(\.serial) == [EventCursor.mostMissing + 1])
    }
}

struct EventFeedTests {
    @Test("Who listens hears of what another process commits, each once and in order, more than a page of it, and nothing from before")
    func others() async throws {
        try await Bench.run { bench in
            let hub = EventHub(), count = EventFeed.page + 10
            let feed = EventFeed(outbox: bench.service.outbox, hub: hub, interval: .zero, logger: .quiet)
            var progress = EventFeed.Progress()
            try await bench.happen(["before"])
            await feed.look(&progress)
            try await bench.happen(["unheard"])
            await feed.look(&progress)
            let events = hub.events()
            try await bench.beside { try await $0.happen((0..<count).map { "\($0)" }) }
            await feed.look(&progress)
            await feed.look(&progress)
            try await bench.beside { try await $0.happen(["last"]) }
            await feed.look(&progress)
            var iterator = events.makeAsyncIterator()
            for number in 0..<count { #expect(await iterator.next()?.subjectID == "\(number)") }
            #expect(await iterator.next()?.subjectID == "last")
        }
    }

    @Test("A listener who comes when others have left hears nothing of what was committed meanwhile")
    func between() async throws {
        try await Bench.run { bench in
            let hub = EventHub()
            let feed = EventFeed(outbox: bench.service.outbox, hub: hub, interval: .zero, logger: .quiet)
            var progress = EventFeed.Progress()
            await feed.look(&progress)
            do {
                let events = hub.events()
                try await bench.happen(["one"])
                await feed.look(&progress)
                var iterator = events.makeAsyncIterator()
                #expect(await iterator.next()?.subjectID == "one")
            }
            #expect(hub.listeners == 0)
            try await bench.happen(["two"])
            await feed.look(&progress)
            let events = hub.events()
            try await bench.happen(["three"])
            await feed.look(&progress)
            var iterator = events.makeAsyncIterator()
            #expect(await iterator.next()?.subjectID == "three")
        }
    }
}
