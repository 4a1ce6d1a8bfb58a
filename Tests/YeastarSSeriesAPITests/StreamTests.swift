import HTTPFront
import NIOCore
import TestKit
import Testing
import Voicemail

@testable import YeastarSSeriesAPI

@Suite("Answers that are too long to hold")
struct StreamTests {
    private func fill(_ world: SSeriesWorld, mailboxes: Int, messages: Int) async throws {
        let account = world.account
        for number in 0..<mailboxes {
            let box = try await world.server.makeMailbox(String(1000 + number), in: account)
            try await world.server.service.store.write { writer in
                for index in 0..<messages {
                    _ = try writer.insert(
                        Message(
                            accountID: account.id, mailboxID: box.id, timestamp: Timestamp(unix: 1_586_000_000 + index), folder: .new,
                            from: "1@x", to: "2@x", callerName: "Ann", callerNumber: String(index), callID: "c", lengthMilliseconds: 1000,
                            modified: Timestamp(unix: 0)))
                }
            }
        }
    }

    @Test("All messages of all extensions come, in order, in pieces, in both formats", arguments: ["", "&type=xml"])
    func streamed(type: String) async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            // One mailbox longer than a page of the domain's, and more mailboxes than one.
            try await fill(world, mailboxes: 3, messages: 1201)
            let answer = try await world.client.send("voicemail/query", "", query: type)
            #expect(answer["Content-Length"] == nil)
            #expect(answer["Transfer-Encoding"] == "chunked")
            let files = answer.text.matches(of: /msg[0-9]{4,}\.wav/).map { String($0.output) }
            let expected = (0..<1201).map { PositionName.text($0) }
            #expect(files == expected + expected + expected)
            if type.isEmpty { #expect(answer.json["voicemails"]?.array?.map { $0["voicemail"]?.array?.count ?? 0 } == [1201, 1201, 1201]) }
        }
    }

    @Test("A short answer has a length")
    func short() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            try await fill(world, mailboxes: 1, messages: 100)
            let answer = try await world.client.send("voicemail/query", "")
            #expect(answer["Content-Length"] == String(answer.bytes.count))
        }
    }

    @Test("No piece grows with the answer")
    func pieces() async throws {
        let piece = ByteBuffer(repeating: 0x20, count: 1000)
        let body = try await FrontResponse.Body.written { writer in for _ in 0..<5000 { try await writer.write(piece) } }
        guard case .stream(nil, let write) = body else {
            Issue.record("not streamed")
            return
        }
        let sizes = Sizes()
        try await write(ChunkWriter { await sizes.add($0.readableBytes) })
        #expect(await sizes.total == 5_000_000)
        #expect(await sizes.largest < 128 << 10)
    }

    @Test("A failure before anything is sent is an answer; the closure runs anew for a long one")
    func failures() async throws {
        await #expect(throws: SSeriesFailure.noSuchExtension) {
            try await FrontResponse.Body.written { writer in
                try await writer.write(ByteBuffer(string: "{"))
                throw SSeriesFailure.noSuchExtension
            }
        }
    }

    private actor Sizes {
        private(set) var total = 0
        private(set) var largest = 0

        func add(_ size: Int) {
            total += size
            largest = max(largest, size)
        }
    }
}
