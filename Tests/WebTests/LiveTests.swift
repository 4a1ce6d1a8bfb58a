import HTTPFront
import NIOCore
import Server
import Synchronization
import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("Pages that follow what happens")
struct LiveTests {
    private static func path(_ world: WebWorld, _ state: String) -> String { "/boxes/\(world.box.id)/live?state=\(state)" }

    @Test("A message that comes, is filed and goes is told at once, with what the mailbox is like then")
    func changes() async throws {
        try await WebWorld.run { world in
            try await world.browser.logIn()
            let page = try await world.browser.get("/")
            #expect(page.text.contains("data-live=\"./boxes/\(world.box.id)/live\" data-state=\"0.0\" data-news=\"New messages have come.\""))
            try await LiveClient.run(world.browser, world.server, Self.path(world, "0.0")) { client in
                #expect(client.status == 200 && client.head.contains("text/event-stream") && client.head.contains("Cache-Control: no-store"))
                #expect(client.head.contains("X-Accel-Buffering: no"))
                try await client.wait(for: "retry: 1000\n")
                let message = try await world.leave()
                try await client.wait(for: "event: change\nid: 1.0\ndata: 1.0\n\n")
                _ = try await world.leave(in: world.othersBox)
                _ = try await world.press("saved \(message.monthID)")
                try await client.wait(for: "event: change\nid: 0.1\n")
                _ = try await world.press("trash \(message.monthID)", from: "saved")
                try await client.wait(for: "event: change\nid: 0.0\n")
            }
        }
    }

    @Test("Whoever comes again hears of what he has missed, and of nothing else")
    func resuming() async throws {
        try await WebWorld.run { world in
            try await world.browser.logIn()
            _ = try await world.leave()
            try await LiveClient.run(world.browser, world.server, Self.path(world, "0.0")) { try await $0.wait(for: "event: change\nid: 1.0\n") }
            // What a browser says of itself is newer than the page.
            try await LiveClient.run(world.browser, world.server, Self.path(world, "0.0"), ["Last-Event-ID: 1.0"]) { client in
                try await client.wait(for: "retry: 1000\n")
                _ = try await world.leave()
                try await client.wait(for: "event: change\nid: 2.0\n")
            }
            // Nonsense is a state that is not this one.
            try await LiveClient.run(world.browser, world.server, Self.path(world, "%0Aevent:x"), ["Last-Event-ID: <b>"]) { client in
                try await client.wait(for: "event: change\nid: 2.0\n")
            }
        }
    }

    @Test("A stream that has nothing to tell is heard of, and ends in time")
    func quiet() async throws {
        try await WebWorld.run {
            $0.web.live = LiveStream.Times(look: .milliseconds(20), life: .milliseconds(400))
        } _: { world in
            try await world.browser.logIn()
            try await LiveClient.run(world.browser, world.server, Self.path(world, "0.0")) { client in
                try await client.wait(for: ":\n\n")
                try await client.waitForEnd()
            }
        }
    }

    @Test("What no event tells of, as another process has done it, is seen with the next look")
    func looks() async throws {
        let state = Mutex("0.0")
        let (events, _) = AsyncStream.makeStream(of: Event.self), (written, writing) = AsyncStream.makeStream(of: String.self)
        let stream = LiveStream(
            times: LiveStream.Times(look: .milliseconds(10), life: .seconds(600)), events: events, isMeant: { _ in true },
            state: { state.withLock { $0 } }, isWelcome: { true })
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await stream.write(to: ChunkWriter { writing.yield(String(buffer: $0)) }, known: "0.0") }
            for await words in written {
                if words == ":\n\n" { state.withLock { $0 = "1.0" } }
                if words == "event: change\nid: 1.0\ndata: 1.0\n\n" { break }
            }
            group.cancelAll()
        }
    }

    @Test("The end of the session ends the stream, and following is no use of it")
    func sessionEnds() async throws {
        try await WebWorld.run {
            $0.web.live = LiveStream.Times(look: .milliseconds(20), life: .seconds(600))
            $0.web.idleSeconds = 600
        } _: { world in
            try await world.browser.logIn()
            try await LiveClient.run(world.browser, world.server, Self.path(world, "0.0")) { client in
                try await client.wait(for: ":\n\n")
                world.server.clock.advance(by: 590)
                #expect(try await world.browser.get(world.path() + "?live=1").status == 200)
                try await client.wait(for: ":\n\n")
                world.server.clock.advance(by: 80)
                try await client.wait(for: "event: end\n")
                try await client.waitForEnd()
            }
            #expect(try await world.browser.get(world.path()).status == 303)
        }
    }

    @Test("Whoever logs out ends what his other windows follow, and nobody else's", arguments: ["/logout", "/sessions"])
    func loggedOut(_ way: String) async throws {
        try await WebWorld.run { world in
            let other = Browser(world.server)
            for browser in [world.browser, other] { try await browser.logIn() }
            try await LiveClient.run(other, world.server, Self.path(world, "0.0")) { stays in
                try await stays.wait(for: "retry: 1000\n")
                try await LiveClient.run(world.browser, world.server, Self.path(world, "0.0")) { client in
                    try await client.wait(for: "retry: 1000\n")
                    let form = try #require(try await world.browser.get(world.path()).field("form"))
                    #expect(try await world.browser.post(way, [("form", form), ("do", "all")]).status == 303)
                    try await client.waitForEnd()
                }
                _ = try await world.leave()
                // By the next event the other has heard that his session is over as well, where it is.
                try await stays.wait(for: way == "/logout" ? "event: change\nid: 1.0\n" : "event: end\n")
            }
        }
    }

    @Test("Who may not listen to the mailbox any more is not told of it")
    func takenAway() async throws {
        try await WebWorld.run { world in
            try await world.browser.logIn()
            try await LiveClient.run(world.browser, world.server, Self.path(world, "0.0")) { client in
                try await client.wait(for: "retry: 1000\n")
                _ = try await world.server.service.mailboxes.change(
                    world.box.id, .patch(["owner_id": .string(world.othersBox.ownerID ?? "")]), in: world.account)
                _ = try await world.leave()
                try await client.wait(for: "event: end\n")
            }
        }
    }

    @Test("A server that stops ends streams in order")
    func shutdown() async throws {
        try await WebWorld.run { world in
            try await world.browser.logIn()
            try await LiveClient.run(world.browser, world.server, Self.path(world, "0.0")) { client in
                try await client.wait(for: "retry: 1000\n")
                await world.server.beginShutdown()
                try await client.waitForEnd()
            }
        }
    }

    @Test("Nobody follows a mailbox that is not his, or without a session")
    func refusals() async throws {
        try await WebWorld.run { world in
            let nobody = try await Browser(world.server).get(Self.path(world, "0.0"))
            #expect(nobody.status == 303)
            let bert = Browser(world.server)
            try await bert.logIn(user: "bert", password: "other horse")
            #expect(try await bert.get(Self.path(world, "0.0")).status == 404)
            try await world.browser.logIn()
            #expect(try await world.browser.get("/boxes/\(world.othersBox.id)/live").status == 404)
            #expect(try await world.browser.post(Self.path(world, "0.0"), []).status == 405)
        }
    }

    @Test("A session has so many streams and no more: with the next one the oldest ends, which a browser that is gone never heard the end of")
    func oneTooMany() async throws {
        try await WebWorld.run { world in
            try await world.browser.logIn()
            try await LiveClient.run(world.browser, world.server, Self.path(world, "0.0")) { oldest in
                try await oldest.wait(for: "retry: 1000\n")
                func hold(_ left: Int) async throws {
                    try await LiveClient.run(world.browser, world.server, Self.path(world, "0.0")) { client in
                        try await client.wait(for: "retry: 1000\n")
                        if left > 1 { return try await hold(left - 1) }
                        _ = try await world.leave()
                        try await client.wait(for: "event: change\nid: 1.0\n")
                    }
                }
                try await hold(LiveStreams.mostOfSession)
                try await oldest.waitForEnd()
            }
        }
    }

    @Test("Rooms are counted by session, by account and in all, and given back")
    func rooms() {
        let streams = LiveStreams()
        let ended = Mutex<[Int]>([])
        func enter(_ session: String, _ account: String, _ number: Int = 0) -> Int? {
            streams.enter(session: session, account: account) { ended.withLock { $0.append(number) } }
        }
        let first = (1...LiveStreams.mostOfSession).map { enter("s0", "a", $0) }
        for index in LiveStreams.mostOfSession..<LiveStreams.mostOfAccount { #expect(enter("s\(index)", "a") != nil) }
        #expect(enter("s", "a") == nil && !streams.hasRoom(session: "s", account: "a") && enter("s", "b") != nil)
        // Whoever ends one of his own takes nobody else's place.
        #expect(streams.hasRoom(session: "s0", account: "a") && enter("s0", "a") != nil && ended.withLock { $0 } == [1])
        #expect(streams.count == LiveStreams.mostOfAccount + 1)
        // That one leaves as well, and is counted no more.
        for case let place? in first.prefix(2) { streams.leave(place, session: "s0", account: "a") }
        #expect(streams.count == LiveStreams.mostOfAccount && streams.hasRoom(session: "new", account: "a"))
        for account in 0..<20 {
            for index in 0..<100 where streams.count < LiveStreams.most { _ = enter("\(account)-\(index)", "\(account)") }
        }
        #expect(streams.count == LiveStreams.most && !streams.hasRoom(session: "new", account: "new"))
    }
}
