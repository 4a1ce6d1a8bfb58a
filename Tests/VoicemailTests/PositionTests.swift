import Audio
import NIOCore
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

    @Test("Every message is visited once, in order, a page at a time")
    func visits() async throws {
        try await withMailbox((0..<23).map { $0 / 3 }) { service, mailbox, left in
            var visited: [PositionedMessage] = []
            var sizes: [Int] = []
            try await service.messages.forEachPositioned(of: mailbox.id, pageSize: 5) { page in
                visited += page
                sizes.append(page.count)
            }
            #expect(visited.map(\.message) == left)
            #expect(visited.map(\.position) == Array(0..<23))
            #expect(sizes == [5, 5, 5, 5, 3])
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
