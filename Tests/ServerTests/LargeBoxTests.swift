import Audio
import Foundation
@testable import SQLiteStore
import TestKit
import Testing
import Voicemail

/// A mailbox of a hundred thousand messages, over HTTP and in a process of its own: every call answers whole, and what the process
/// holds at its worst does not follow the mailbox. That its pages cost the same is held by the store's tests, in steps of the database.
@Suite struct LargeBoxTests {
    private static let count = 100_000
    /// Bytes the process may have held more than before the first call; a hundred thousand messages in memory would be more.
    private static let growth = 96 << 20

    private static let fill = """
        WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
        INSERT INTO message (id, account_id, mailbox_id, timestamp, folder, from_address, to_address, caller_name, caller_number, call_id,
        length_ms, blob_id, audio_size, content_type, file_name, revision, modified)
        SELECT printf('%032x', n), account_id, mailbox_id, timestamp - n % 50021, iif(n % 4 = 0, 'saved', 'new'), from_address, to_address,
        caller_name, printf('2%06d', n), call_id, length_ms, blob_id, audio_size, content_type, file_name, 1, modified
        FROM number CROSS JOIN message WHERE message.id = (SELECT id FROM message LIMIT 1)
        """

    @Test func everyCallAnswersWithBoundedMemory() async throws {
        try await TemporaryDirectory.run { directory in
            let data = directory.path + "/data"
            let box = try await Self.prepare(data)
            try await CommandLineProgram.running(["serve", "--data", data, "--listen", "127.0.0.1:0"]) { program in
                let port = try #require(await program.port())
                let client = Client(box: box, server: RemoteServer(port: port))
                _ = try await client.ask("GET", "/messages")
                try Self.forgetPeak(of: program)
                let before = try program.memory("VmHWM")
                try await Self.list(client)
                let ids = try await Self.page(client)
                try await Self.change(client, ids)
                let peak = try program.memory("VmHWM")
                #expect(peak - before < Self.growth, "\(before >> 20) MiB before, \(peak >> 20) MiB at worst")
            }
        }
    }

    // MARK: The calls

    private static func list(_ client: Client) async throws {
        let row = try await client.ask("GET", "").data
        #expect(row["id"] == .string(client.box.id))
        let boxes = try await client.server.send("GET", client.box.account + "/vmboxes", token: client.box.token).data
        let counts = boxes.array?.first { $0["id"] == .string(client.box.id) }
        #expect(counts?["messages"] == .int(count + 1))
        #expect(counts?["folders"] == ["new": .int(count * 3 / 4 + 1), "saved": .int(count / 4)])
        for (path, expected) in [
            (client.box.path + "/messages?paginate=false", count + 1), (client.box.account + "/vmboxes/messages?paginate=false", count + 1),
            (client.box.path + "/messages?paginate=false&filter_folder=saved", count / 4),
        ] {
            let answer = try await client.server.send("GET", path, token: client.box.token)
            #expect(answer.status == 200)
            #expect(Self.values(of: "media_id", in: answer.bytes).count == expected, "\(path)")
        }
        let csv = try await client.server.send("GET", client.box.path + "/messages?accept=text/csv&page_size=10000", token: client.box.token)
        #expect(csv.status == 200)
        #expect(csv.bytes.count { $0 == UInt8(ascii: "\n") } == 10_001)
    }

    /// Every page of the largest size.
    /// - Returns: the ids of the last page but one.
    private static func page(_ client: Client) async throws -> [String] {
        var seen = Set<String>(), pages: [[String]] = []
        var query = "?page_size=10000"
        while true {
            let answer = try await client.ask("GET", "/messages" + query)
            pages.append(Self.values(of: "media_id", in: answer.bytes))
            seen.formUnion(pages.last ?? [])
            guard let next = Self.values(of: "next_start_key", in: answer.bytes).first else { break }
            query = "?page_size=10000&start_key=" + next
        }
        #expect(pages.map(\.count) == Array(repeating: 10_000, count: 10) + [1])
        #expect(seen.count == count + 1)
        return pages[9]
    }

    private static func change(_ client: Client, _ ids: [String]) async throws {
        let zip = try await client.ask("POST", "/messages/raw", ["messages": JSON(ids)])
        #expect(zip.bytes.starts(with: Array("PK".utf8)))
        #expect(Self.entries(of: zip.bytes) == 10_000)
        for request: JSON in [
            ["messages": JSON(ids), "folder": "saved"], ["messages": JSON(Array(ids.prefix(1000))), "source_id": JSON([client.box.other])],
            ["messages": JSON(Array(ids.prefix(1000))), "source_id": .string(client.box.other)],
        ] {
            let outcome = try await client.ask("POST", "/messages", request).data
            #expect(outcome["succeeded"]?.array?.count == request["messages"]?.array?.count)
            #expect(outcome["failed"] == [])
        }
        let named = try await client.ask("DELETE", "/messages", ["messages": JSON(Array(ids.dropFirst(1000).prefix(1000)))])
        #expect(named.data["succeeded"]?.array?.count == 1000)
        let rest = try await client.ask("DELETE", "")
        #expect(rest.data["_read_only"]?["deleted"] == true)
        #expect(try await client.server.send("GET", client.box.path, token: client.box.token).status == 404)
    }

    // MARK: What it needs

    private struct Box: Sendable {
        let account: String
        let id: String
        /// A second mailbox.
        let other: String
        let token: String
        var path: String { account + "/vmboxes/" + id }
    }

    private struct Client {
        let box: Box
        let server: RemoteServer

        func ask(_ method: String, _ path: String, _ data: JSON? = nil) async throws -> Answer {
            let answer =
                if let data { try await server.send(method, box.path + path, token: box.token, data: data) } else {
                    try await server.send(method, box.path + path, token: box.token)
                }
            #expect(answer.status == 200, "\(method) \(path): \(answer.text.prefix(200))")
            return answer
        }
    }

    /// One message with audio, and a hundred thousand more that share it.
    private static func prepare(_ data: String) async throws -> Box {
        let box = try await TestServer.run(in: data, clock: ManualClock(SystemClock().now)) { server in
            let world = try await server.makeWorld()
            _ = try await server.leave(audio: try AudioSamples.tones([440], seconds: 0.05).encoded(as: .wavPCM16), in: world.mailbox, of: world.account)
            let other = try await server.makeMailbox("3001", in: world.account)
            return Box(account: world.accountPath, id: world.mailbox.id, other: other.id, token: world.token)
        }
        // With all its indexes in memory: their pages are written once.
        let store = try SQLiteStore(path: data + "/aftertone.sqlite", options: StoreOptions(readers: 1, writerCacheKibibytes: 256 << 10))
        _ = try await store.transaction { writer in try writer.execute(Self.fill) { $0.bind(Self.count) } }
        try store.close()
        return box
    }

    /// Has the kernel count the most memory held from now on (proc(5), clear_refs).
    private static func forgetPeak(of program: RunningProgram) throws {
        try "5".write(toFile: "/proc/\(program.id)/clear_refs", atomically: false, encoding: .utf8)
    }

    /// The texts that stand behind a key, found by the C library: these answers have tens of megabytes.
    private static func values(of key: String, in bytes: [UInt8]) -> [String] {
        let pattern = "\"\(key)\":\""
        return (bytes + [0]).withUnsafeBytes { buffer in
            var found: [String] = []
            var place = buffer.bindMemory(to: CChar.self).baseAddress.map { UnsafePointer($0) }
            while let from = place, let match = strstr(from, pattern), let end = strchr(match + pattern.utf8.count, 0x22) {
                let start = match + pattern.utf8.count
                found.append(String(decoding: UnsafeRawBufferPointer(start: start, count: end - start), as: UTF8.self))
                place = UnsafePointer(end)
            }
            return found
        }
    }

    /// What the end of a ZIP says (APPNOTE 4.3.16).
    private static func entries(of zip: [UInt8]) -> Int {
        let end = zip.suffix(22)
        guard end.count == 22, end.starts(with: [0x50, 0x4B, 0x05, 0x06]) else { return -1 }
        return Int(end[end.startIndex + 10]) | Int(end[end.startIndex + 11]) << 8
    }
}
