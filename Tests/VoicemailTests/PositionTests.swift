import Audio
import NIOCore
import NIOPosix
import TestKit
import Testing
import Voicemail

@Suite("Messages by position")
struct PositionTests {
    private func withMailbox(_ times: [Int], _ body: @Sendable (VoicemailService, Mailbox, [Message]) async throws -> Void) async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            let mailbox = try await server.makeMailbox("1000", in: account)
            var left: [Message] = []
            for time in times {
                left.append(try await server.leave(MessageDraft(callerNumber: "1", timestamp: Timestamp(unix: time)), in: mailbox, of: account))
            }
            try await body(server.service, mailbox, left)
        }
    }

    @Test("A page knows its positions and the total, from either end")
    func pages() async throws {
        try await withMailbox([50, 10, 30, 20, 40]) { service, mailbox, left in
            let ordered = left.sorted { $0.position < $1.position }
            for newestFirst in [false, true] {
                let all = ordered.enumerated().map { PositionedMessage(position: $0.offset, message: $0.element) }
                let expected = newestFirst ? all.reversed() : all
                for offset in 0...6 {
                    for limit in 0...6 {
                        let page = try await service.messages.positioned(of: mailbox.id, offset: offset, limit: limit, newestFirst: newestFirst)
                        #expect(page.total == 5)
                        #expect(page.items == Array(expected.dropFirst(offset).prefix(limit)), "\(newestFirst) \(offset) \(limit)")
                    }
                }
            }
            let none = try await service.messages.positioned(of: mailbox.id, offset: -3, limit: -1)
            #expect(none.items.isEmpty)
            let most = try await service.messages.positioned(of: mailbox.id, offset: 0, limit: Int.max)
            #expect(most.items.count == 5)
        }
    }

    @Test("By name, and the name of a message")
    func names() async throws {
        try await withMailbox([20, 10]) { service, mailbox, left in
            let found = try await service.messages.find(named: "msg0001.wav", of: mailbox.id)
            #expect(found.message == left[0])
            let back = try await service.messages.position(ofMessage: left[0].id, in: mailbox.id)
            #expect(back.fileName == "msg0001.wav")
            await #expect(throws: VoicemailError.notFound(id: "msg0002.wav")) { try await service.messages.find(named: "msg0002.wav", of: mailbox.id) }
            await #expect(throws: VoicemailError.notFound(id: "x")) { try await service.messages.find(named: "x", of: mailbox.id) }
            await #expect(throws: VoicemailError.notFound(id: left[0].id)) { try await service.messages.position(ofMessage: left[0].id, in: "elsewhere") }
        }
    }

    @Test("Every message of every mailbox is visited once, in order, some at a time, and a mailbox without any not at all")
    func visits() async throws {
        try await withMailboxes([23, 0, 1, 7, 0]) { server, account, left in
            for together in [1, 5, 7, 23, 24, 500] {
                var visited: [PositionedMessage] = [], beginnings: [String] = []
                let list = try await server.service.messages.positioned(of: .persons, in: account, together: together)
                #expect(list.total == 5)
                try await list.forEach { stretch in
                    #expect(stretch.items.count <= together && !stretch.items.isEmpty)
                    if stretch.isFirst { beginnings.append(stretch.mailbox.number) }
                    visited += stretch.items
                }
                #expect(visited.map(\.message.id) == left.flatMap { $0 }.map(\.id), "\(together)")
                #expect(visited.map(\.position) == left.flatMap { Array($0.indices) }, "\(together)")
                #expect(beginnings == ["1000", "1002", "1003"], "\(together)")
            }
        }
    }

    @Test("A message that goes meanwhile is left out, and the positions of those after it stay")
    func goingMeanwhile() async throws {
        try await withMailboxes([5, 2]) { server, account, left in
            let list = try await server.service.messages.positioned(of: .persons, in: account, together: 3)
            try await server.service.messages.remove(named: ["msg0000.wav", "msg0004.wav"], of: [left[0][0].mailboxID])
            try await server.service.messages.removeVisible(of: left[1][0].mailboxID)
            var visited: [PositionedMessage] = []
            try await list.forEach { visited += $0.items }
            #expect(visited.map(\.position) == [0, 1, 2, 3] && visited.map(\.message.id) == left[0].prefix(4).map(\.id))
        }
    }

    @Test("A page of each of several mailboxes")
    func pagesOfSeveral() async throws {
        try await withMailboxes([3, 0, 600, 2]) { server, account, left in
            let choice = MailboxChoice.numbers(["1003", "1002", "4711", "1001", "1000"]) { _ in true }
            for (offset, limit) in [(0, 2), (1, 9), (0, Int.max)] {
                let list = try await server.service.messages.positioned(of: choice, in: account, offset: offset, limit: limit)
                var pages: [PositionedMailbox] = []
                try await list.forEach { pages.append($0) }
                #expect(list.asked == 5 && list.total == 4 && pages.map(\.mailbox.number) == ["1003", "1002", "1001", "1000"])
                #expect(pages.map(\.page.total) == [2, 600, 0, 3])
                for (page, box) in zip(pages, [3, 2, 1, 0]) {
                    #expect(page.page.items.map(\.message.id) == left[box].dropFirst(offset).prefix(limit).map(\.id))
                }
            }
        }
    }

    @Test("Of many mailboxes not all are read in one go, have they a page or none", arguments: [(0, 0), (1, 1)])
    func pagesOfMany(_ messages: Int, _ offset: Int) async throws {
        let store = CountingStore(), audio = MemoryAudio()
        let service = VoicemailService(store: store, archive: audio, codec: audio, secrets: Secrets(key: .random(), pool: .singleton, cost: 16))
        let account = try await service.accounts.create(AccountSettings(name: "Acme"), below: nil)
        let numbers = (1000..<1120).map(String.init)
        for number in numbers {
            let box = try await service.mailboxes.create(MailboxSettings(number: number, name: number), in: account)
            for _ in 0..<messages {
                _ = try await service.messages.deposit(MessageDraft(), mailboxID: box.id, in: account, from: .filing())
            }
        }
        _ = store.takeReads()
        let list = try await service.messages.positioned(of: .numbers(numbers) { _ in true }, in: account, offset: offset, limit: 5)
        var seen: [String] = []
        try await list.forEach { seen.append($0.mailbox.number) }
        #expect(seen == numbers && store.takeReads() == 3)
    }

    /// Mailboxes from 1000 on with as many messages each as are named.
    private func withMailboxes(_ counts: [Int], _ body: @Sendable (TestServer, Account, [[Message]]) async throws -> Void) async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            var left: [[Message]] = []
            for (index, count) in counts.enumerated() {
                let mailbox = try await server.makeMailbox(String(1000 + index), in: account, ["max_message_count": 0])
                var messages: [Message] = []
                for time in 0..<count {
                    let draft = MessageDraft(callerNumber: "1", timestamp: Timestamp(unix: 100 + time / 3))
                    messages.append(try await server.leave(draft, in: mailbox, of: account))
                }
                left.append(messages)
            }
            try await body(server, account, left)
        }
    }

    @Test("Named messages go together or not at all")
    func removal() async throws {
        try await withMailbox([10, 20, 30, 40]) { service, mailbox, left in
            await #expect(throws: VoicemailError.notFound(id: "msg0007.wav")) {
                try await service.messages.remove(named: ["msg0000.wav", "msg0007.wav"], of: [mailbox.id])
            }
            await #expect(throws: VoicemailError.notFound(id: "msg0001.wav")) {
                try await service.messages.remove(named: ["msg0001.wav"], folder: .saved, of: [mailbox.id])
            }
            #expect(try await service.messages.positioned(of: mailbox.id, offset: 0, limit: 9).total == 4)
            try await service.messages.remove(named: ["msg0002.wav", "msg0000.wav", "msg0002.wav"], of: [mailbox.id])
            let page = try await service.messages.positioned(of: mailbox.id, offset: 0, limit: 9)
            #expect(page.items.map(\.message.id) == [left[1].id, left[3].id])
            #expect(try await service.messages.removeVisible(of: mailbox.id) == 2)
            #expect(try await service.messages.removeVisible(of: mailbox.id) == 0)
        }
    }

    @Test("Each removal is told of")
    func events() async throws {
        try await withMailbox([10, 20]) { service, mailbox, left in
            try await service.messages.remove(named: ["msg0001.wav"], of: [mailbox.id])
            let told = try await service.store.read { try $0.events(after: 0, limit: 100) }
            #expect(told.filter { $0.kind == .messageRemoved }.map(\.subjectID) == [left[1].id])
        }
    }
}

@Suite("Renditions")
struct RenditionTests {
    @Test("Telephone WAV of any master; the master stays")
    func telephone() async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            let mailbox = try await server.makeMailbox("1000", in: account)
            let audio = try AudioSamples.tones([500], seconds: 1, sampleRate: 48_000).encoded(as: .mp3)
            let message = try await server.leave(audio: audio, contentType: "audio/mp3", in: mailbox, of: account)
            let rendered = try await server.service.renditions.rendition(of: message, .telephone)
            #expect(rendered.contentType == "audio/wav")
            let facts = try await server.service.codec.measure(.bytes(try await rendered.reader.read(at: 0, count: rendered.reader.size)))
            #expect(facts.sampleRate == 8000)
            #expect(facts.channels == 1)
            let (master, _) = try await server.service.messages.audio(of: message)
            #expect(try await Array(master.read(at: 0, count: master.size).readableBytesView) == audio)
        }
    }

    @Test("No audio and audio that no decoder accepts are errors of their own")
    func errors() async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            let mailbox = try await server.makeMailbox("1000", in: account)
            let silent = try await server.leave(in: mailbox, of: account)
            await #expect(throws: VoicemailError.noAudio(id: silent.monthID)) { try await server.service.renditions.rendition(of: silent, .telephone) }
            let noise = try await server.leave(audio: Array("nothing".utf8), in: mailbox, of: account)
            await #expect(throws: VoicemailError.unplayable) { try await server.service.renditions.rendition(of: noise, .telephone) }
        }
    }
}
