import Foundation
import SQLiteStore
import Server
import TestKit
import Testing
import Voicemail

/// A backlog of ten thousand, as a server finds it that was away: it is worked off, and what the process holds does not follow its length.
@Suite struct OutboxMemoryTests {
    private static let accounts = 4
    private static let events = 2500
    /// Bytes the process may have held more than before.
    private static let growth = 48 << 20

    @Test func aBacklogIsToldInBoundedMemory() async throws {
        try await TemporaryDirectory.run { directory in
            let data = directory.path + "/data", receiver = Receiver()
            try await receiver.run { port in
                let accounts = try await Self.prepare(data, "http://127.0.0.1:\(port)/hook")
                let environment = ["AFTERTONE_OUTBOX_RECEIVERS_ON_THIS_MACHINE": "true"]
                try await CommandLineProgram.running(["serve", "--data", data, "--listen", "127.0.0.1:0"], environment: environment) { program in
                    let server = RemoteServer(port: try #require(await program.port()))
                    try "5".write(toFile: "/proc/\(program.id)/clear_refs", atomically: false, encoding: .utf8)
                    let before = try program.memory("VmHWM")
                    try await Self.happen(accounts, data)
                    await receiver.wait(for: Self.accounts * Self.events)
                    let peak = try program.memory("VmHWM")
                    #expect(peak - before < Self.growth, "\(before >> 20) MiB before, \(peak >> 20) MiB at worst")
                    let ids = Set(receiver.requests.compactMap { $0["X-Delivery-Id"] })
                    #expect(ids.count == Self.accounts * Self.events)
                    let health = try await server.send("GET", "/livez")
                    #expect(health.status == 200)
                }
            }
        }
    }

    /// Accounts with a webhook each.
    private static func prepare(_ data: String, _ url: String) async throws -> [String] {
        try await TestServer.run(in: data, clock: ManualClock(SystemClock().now)) {
            $0.limits.allowsReceiversHere = true
        } _: { (server: TestServer) async throws in
            var ids: [String] = []
            for number in 0..<accounts {
                let account = try await server.makeAccount("Acme \(number)")
                let hook: JSONObject = [
                    "name": "n", "uri": .string(url), "hook": "notifications", "format": "json", "custom_data": ["type": "voicemail_new"],
                ]
                _ = try await server.service.webhooks.create(hook, id: nil, in: account)
                ids.append(account.id)
            }
            return ids
        }
    }

    /// Messages that callers have left in a thousand mailboxes, as another process commits them.
    private static func happen(_ accounts: [String], _ data: String) async throws {
        // The server writes all the while, and on a busy machine lets others in late.
        let store = try SQLiteStore(path: data + "/aftertone.sqlite", options: StoreOptions(busySeconds: 300)), now = SystemClock().now
        let boxes = (0..<1000).map { _ in HexID.random() }
        for account in accounts {
            for start in stride(from: 0, to: events, by: 500) {
                try await store.write { writer in
                    for number in start..<(start + 500) {
                        try writer.append(
                            Event(
                                kind: .messageStored, accountID: account, subjectID: HexID.random(),
                                payload: [
                                    "announced": true, "mailbox_id": .string(boxes[number % boxes.count]), "timestamp": .int(now.unix), "from": "2001@x",
                                    "to": "3000@x", "caller_number": "2001", "caller_name": "Bob", "call_id": .string(HexID.random()), "length_ms": 1500,
                                ], created: now))
                    }
                }
            }
        }
        try store.close()
    }
}
