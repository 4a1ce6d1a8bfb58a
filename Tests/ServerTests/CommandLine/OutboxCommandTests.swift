import HTTPFront
import Server
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

    @Test("A time that ends before it begins is wrong usage", arguments: [["outbox", "list"], ["outbox", "drop", "--all"], ["audit", "list"]])
    func noTime(_ command: [String]) async throws {
        let refused = try await CommandLineProgram.run(command + ["--since", "2026-02-01T00:00:00Z", "--until", "2026-01-31T23:59:59Z"])
        #expect(refused.status == 2 && refused.errors.contains("--until is before --since"))
    }

    @Test("Thousands are chosen by channel, receiver, account and time")
    func many() async throws {
        try await TemporaryDirectory.run { directory in
            let path = directory.path + "/data", start = Timestamp(unix: 1_463_000_000)
            try await TestServer.withoutServer(in: path) { installation in
                let account = try await installation.service.accounts.create(["name": "Acme"], below: nil, actsOnAllAccounts: false)
                try await installation.service.store.write { writer in
                    for number in 0..<1500 {
                        try writer.insert(
                            Delivery(
                                channel: number % 3 == 0 ? "a" : "b", target: "t\(number % 2)", accountID: number < 3 ? account.id : "other",
                                eventSerial: number, payload: [:], state: number < 1200 ? .dead : .pending, attempts: 3, due: start,
                                created: start.advanced(by: number)))
                    }
                }
            }
            func outbox(_ arguments: String...) async throws -> CommandLineProgram.Outcome {
                try await CommandLineProgram.run(["outbox"] + arguments + ["--data", path, "--json"])
            }
            func count(_ arguments: [String]) async throws -> Int? {
                try await CommandLineProgram.run(["outbox", "list"] + arguments + ["--data", path, "--json"]).json.array?.count
            }
            #expect(try await count([]) == 1500)
            #expect(try await count(["--limit", "7"]) == 7)
            #expect(try await count(["--channel", "a", "--target", "t1"]) == 250)
            #expect(try await count(["--account", "Acme", "--state", "dead"]) == 3)
            #expect(try await count(["--since", "2016-05-11T20:53:20Z", "--until", "2016-05-11T20:53:22Z"]) == 3)
            #expect(try await outbox("retry", "--all", "--channel", "a").json == ["retried": 400])
            let refused = try await outbox("drop", "--all")
            #expect(refused.status == 1 && refused.refusal == "this forgets 800 deliveries; say --yes if that is meant")
            #expect(try await outbox("drop", "--all", "--target", "t0", "--yes").json == ["dropped": 400])
            #expect(try await outbox("drop", "--all", "--state", "pending", "--account", "Acme").json == ["dropped": 1])
            #expect(try await count([]) == 1099)
            for wrong in [
                ["retry"], ["drop"], ["retry", "--all", "x"], ["drop", "x", "--channel", "a"],
                ["replay", "--account", "Acme", "--channel", "c", "--target", "t"],
            ] {
                #expect(try await CommandLineProgram.run(["outbox"] + wrong + ["--data", path]).status == 2)
            }
            let unknown = try await outbox("replay", "--account", "Acme", "--channel", "c", "--target", "t", "--since", "2016-05-11T20:53:20Z")
            #expect(unknown.status == 1 && unknown.refusal == "nothing is carried by c; there are s-series-report, p-series-webhook, kazoo-webhook")
            let nobody = try await outbox(
                "replay", "--account", "Acme", "--channel", "kazoo-webhook", "--target", "t", "--since", "2016-05-11T20:53:20Z")
            #expect(nobody.status == 1 && nobody.refusal == "nothing that happened then is for t over kazoo-webhook")
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
