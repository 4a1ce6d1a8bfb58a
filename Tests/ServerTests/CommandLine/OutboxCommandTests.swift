import HTTPFront
import TestKit
import Testing
import Voicemail

/// `aftertone outbox` beside a server that works the outbox off.
struct OutboxCommandTests {
    /// A delivery that nothing carries, so that the server gives it up.
    private static func abandoned(_ server: TestServer, account: String) async throws -> Delivery {
        let delivery = Delivery(
            channel: "nobody", target: "t", accountID: account, eventSerial: 7, payload: ["what": "this"], due: server.clock.now,
            created: server.clock.now)
        try await server.service.store.write { try $0.insert(delivery) }
        try await until(server) { try await $0.service.outbox.totals() == DeliveryTotals(dead: 1) }
        return delivery
    }

    private static func until(_ server: TestServer, _ isTrue: (TestServer) async throws -> Bool) async throws {
        while try await !isTrue(server) { try await Task.sleep(for: .milliseconds(5)) }
    }

    private static func outbox(_ arguments: [String], _ server: TestServer) async throws -> CommandLineProgram.Outcome {
        try await CommandLineProgram.run(["outbox"] + arguments + ["--data", server.directory, "--json"])
    }

    @Test("What was given up is listed, shown, tried again and dropped while the server runs")
    func commands() async throws {
        // Commands go by the machine's clock.
        let clock = ManualClock(SystemClock().now.advanced(by: 3600))
        try await TestServer.run(clock: clock) { (server: TestServer) async throws in
            let account = try await server.makeAccount("Acme"), other = try await server.makeAccount("Other")
            let delivery = try await Self.abandoned(server, account: account.id)

            let listed = try await Self.outbox(["list", "--account", "Acme", "--state", "dead"], server)
            #expect(listed.json.array?.compactMap { $0["id"]?.string } == [delivery.id])
            for arguments in [["list", "--account", other.id], ["list", "--state", "pending"]] {
                #expect(try await Self.outbox(arguments, server).json == [])
            }

            let shown = try await Self.outbox(["show", delivery.id], server).json
            #expect(shown["payload"] == ["what": "this"])
            #expect(shown["failure"]?.string?.contains("nobody") == true)
            #expect(shown["attempts"] == 1)

            // Tried again it fails again: the server has seen it.
            #expect(try await Self.outbox(["retry", delivery.id], server).json["state"] == "pending")
            try await Self.until(server) { try await $0.service.outbox.find(delivery.id).state == .dead }

            #expect(try await Self.outbox(["drop", delivery.id], server).json == ["id": .string(delivery.id)])
            for arguments in [["show", delivery.id], ["retry", delivery.id], ["drop", delivery.id]] {
                let refused = try await Self.outbox(arguments, server)
                #expect(refused.status == 1)
                #expect(refused.refusal == "there is no delivery \(delivery.id)")
            }
        }
    }

    @Test("Metrics tell how many deliveries there are and what became of attempts")
    func metrics() async throws {
        try await TestServer.run { (server: TestServer) async throws in
            _ = try await Self.abandoned(server, account: "a")
            let lines = [
                #"aftertone_deliveries{state="dead"} 1"#, #"aftertone_deliveries{state="pending"} 0"#,
                #"aftertone_delivery_attempts_total{channel="nobody",result="dead"} 1"#,
            ]
            try await Self.until(server) { server in
                let text = try await server.send("GET", "/metrics").text
                return lines.allSatisfy { text.contains($0 + "\n") }
            }
        }
    }
}
