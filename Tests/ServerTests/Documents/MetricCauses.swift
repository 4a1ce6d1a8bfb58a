import Audio
import Delivery
import Foundation
import HTTPFront
import Prompts
import RecordingIntake
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// What has a series grow: it is made to happen, and the series is looked at.
struct MetricCause: Sendable, CustomTestStringConvertible {
    /// As the table of `docs/operations.md` has it.
    let metric: String
    /// Of the series that grow; empty for all of them.
    let label: String
    /// By how much at least.
    let least: Double
    /// Changes the configuration of the server; it has a directory of its own for this.
    let configure: @Sendable (inout Configuration, String) -> Void
    /// Makes it happen, and calls `grows` once the series must have grown, before anything of it is over.
    let happen: @Sendable (MetricBench, _ grows: @Sendable () async throws -> Void) async throws -> Void

    init(
        _ metric: String, _ label: String = "", by least: Double = 1, with configure: @escaping @Sendable (inout Configuration, String) -> Void = { _, _ in },
        while happen: @escaping @Sendable (MetricBench, @Sendable () async throws -> Void) async throws -> Void
    ) {
        self.metric = metric
        self.label = label
        self.least = least
        self.configure = configure
        self.happen = happen
    }

    /// For what has happened when `happen` returns.
    init(
        _ metric: String, _ label: String = "", by least: Double = 1, with configure: @escaping @Sendable (inout Configuration, String) -> Void = { _, _ in },
        after happen: @escaping @Sendable (MetricBench) async throws -> Void
    ) {
        self.init(metric, label, by: least, with: configure) { bench, grows in
            try await happen(bench)
            try await grows()
        }
    }

    var testDescription: String { label.isEmpty ? metric : "\(metric){\(label)}" }

    /// The sum of its series; of a histogram's, how often something was observed.
    func value(in text: String) -> Double {
        text.split(separator: "\n").reduce(0) { sum, line in
            guard let cut = line.lastIndex(of: " "), let value = Double(line[line.index(after: cut)...]) else { return sum }
            let series = line[..<cut], name = series.prefix { $0 != "{" }
            guard name == metric || name == metric + "_count", label.isEmpty || series.contains(label) else { return sum }
            return sum + value
        }
    }
}

/// A server with an account, for a cause to happen to.
struct MetricBench: Sendable {
    let server: TestServer
    let world: TestWorld
    /// A directory of its own.
    let scratch: String

    static let sound = Sound.bytes(1, 1)

    func leave() async throws {
        _ = try await server.leave(audio: Self.sound, in: world.mailbox, of: world.account)
    }

    @discardableResult
    func kazoo(_ method: String, _ path: String, body: [UInt8]? = nil) async throws -> Answer {
        try await server.send(method, world.boxPath + path, headers: body == nil ? [:] : ["Content-Type": "audio/wav"], token: world.token, body: body)
    }

    /// A login of KAZOO's that fails.
    @discardableResult
    func guess() async throws -> Int {
        try await server.send(
            "PUT", "/v2/user_auth",
            data: ["credentials": .string(LoginDigest.md5.digest(TestWorld.username, "a guess")), "account_name": .string(world.account.name)]
        ).status
    }

    /// A recording over HTTP.
    func record(_ body: [UInt8]) async throws {
        let key = try await server.service.access.issueKey(CredentialDraft(.intake, name: HexID.random()), in: world.account).secret
        _ = try await server.send("PUT", "/intake/recordings/call.wav?caller=3000&to=2001", headers: ["Authorization": "Bearer \(key)"], body: body)
    }

    /// A recording that a receiver is told of, which answers with a status.
    func tell(_ status: Int, _ grows: @Sendable () async throws -> Void) async throws {
        try await Receiver { _, _ in status }.run { port in
            let application = try await Applications(server.service).create(name: "crm", permissions: nil, addresses: [], in: world.account)
            let login = try await Applications(server.service).logIn(application.credential.handle, secret: application.secret)
            let pair = try await Applications(server.service).openPair(for: login, TokenRules(maximumLive: 9))
            let hook: JSON = ["webhook_event_push_list": [["url": .string("http://127.0.0.1:\(port)/"), "event_ids": [0]]]]
            let update = try await server.send("POST", "/openapi/v1.0/webhook/update?access_token=\(pair.access)", json: hook)
            #expect(update.json["errcode"] == 0, "\(update.text)")
            try await record(try AudioSamples.tones([440], seconds: 0.1).encoded(as: .wavPCM16))
            try await grows()
        }
    }

    /// A delivery that nothing carries.
    func abandon() async throws {
        let delivery = Delivery(
            channel: "nobody", target: "t", accountID: world.account.id, eventSerial: 7, payload: [:], due: server.clock.now, created: server.clock.now)
        try await server.service.store.write { try $0.insert(delivery) }
    }

    /// A file in the watched directory.
    func drop(_ bytes: [UInt8], _ name: String = "call.wav") throws {
        try Data(bytes).write(to: URL(filePath: "\(scratch)/\(name)"), options: .atomic)
    }

    /// A call that hears the tone, says something, of which some packets have a fate of their own, and hangs up.
    func call(fate: @Sendable (Int) -> TestSound.Fate = { _ in .sent }, meanwhile: () async throws -> Void = {}) async throws {
        let phone = try TestPhone(server: server.sipPort)
        defer { phone.close() }
        let answer = try await phone.call(world.mailbox.number)
        #expect(answer.status == 200, "\(answer.line)")
        try await phone.sound.hears(hertz: 440, milliseconds: 400)
        try await phone.sound.say(hertz: 500, milliseconds: 3000, fate: fate)
        try await meanwhile()
        try await phone.hangUp()
    }
}

extension MetricCause {
    private static let watched: @Sendable (inout Configuration, String) -> Void = { configuration, scratch in
        configuration.recordings.watched = [WatchedDirectory(account: "Acme", path: scratch)]
        configuration.recordings.watch.interval = .milliseconds(10)
        configuration.recordings.watch.settling = .zero
    }
    private static let telling: @Sendable (inout Configuration, String) -> Void = { configuration, _ in
        configuration.outbox.intervalMilliseconds = 10
        configuration.limits.allowsReceiversHere = true
    }
    private static let calling: @Sendable (inout Configuration, String) -> Void = { configuration, _ in
        configuration.telephone.listen = CallAddress(host: "127.0.0.1", port: 0)
        // Prompts are tones.
        configuration.prompts.directory = "/nowhere"
    }
    private static let full: @Sendable (inout Configuration, String) -> Void = { configuration, _ in configuration.archive.reserveBytes = 1 << 60 }
    private static let strict: @Sendable (inout Configuration, String) -> Void = { configuration, _ in
        configuration.logins.maximumFailures = 1
        configuration.logins.maximumFailuresOfAccount = 1
    }
    private static func hasty(_ deadline: any WritableKeyPath<Configuration.HTTP, Duration> & Sendable) -> @Sendable (inout Configuration, String) -> Void {
        { configuration, _ in configuration.http[keyPath: deadline] = .milliseconds(300) }
    }

    /// Connects, says something, and stays there for as long as the server lets it.
    private static func linger(_ bench: MetricBench, _ words: String) async throws {
        try await RawConnection.run(port: bench.server.port) { connection in
            try await connection.write(Array(words.utf8))
            // It is cut, and that may be a reset.
            _ = try? await connection.readToEnd()
        }
    }

    /// What tells of the process as a whole, which the tests share: `theProcessIsWhatTheKernelSaysOfIt` looks at one of its own.
    static let ofTheProcess: Set = ["process_resident_memory_bytes", "process_open_fds"]

    /// What needs a telephone system to register with: `RegistrationServerTests` has one, and sees it go both ways.
    static let ofRegistrations: Set = ["aftertone_sip_registered"]

    /// A row for each other metric, and for each kind of it that an alert rule names where a test can make it.
    static let all: [MetricCause] = http + stored + told + kept + logins + calls

    private static let http = [
        MetricCause("aftertone_http_requests_total", #"dialect="kazoo""#) { bench in try await bench.kazoo("GET", "") },
        MetricCause("aftertone_http_requests_total", #"status="503""#, with: full) { bench in
            let answer = try await bench.kazoo("PUT", "/messages", body: MetricBench.sound)
            #expect(answer.status == 503)
        },
        MetricCause("aftertone_http_request_seconds", #"dialect="kazoo""#) { bench in try await bench.kazoo("GET", "") },
        MetricCause("aftertone_http_request_body_bytes_total", by: Double(MetricBench.sound.count)) { bench in
            try await bench.kazoo("PUT", "/messages", body: MetricBench.sound)
        },
        MetricCause("aftertone_http_response_body_bytes_total", by: Double(MetricBench.sound.count)) { bench in
            let message = try await bench.server.leave(audio: MetricBench.sound, in: bench.world.mailbox, of: bench.world.account)
            let raw = try await bench.kazoo("GET", "/messages/\(message.monthID)/raw")
            #expect(raw.bytes == MetricBench.sound)
        },
        MetricCause("aftertone_http_connections", by: 2) { bench, grows in
            try await RawConnection.run(port: bench.server.port) { _ in
                try await RawConnection.run(port: bench.server.port) { _ in
                    try await RawConnection.run(port: bench.server.port) { _ in try await grows() }
                }
            }
        },
        MetricCause("aftertone_http_connections_cut_total", #"reason="parse""#) { bench in try await linger(bench, "no HTTP\r\n\r\n") },
        MetricCause("aftertone_http_connections_cut_total", #"reason="head""#, with: hasty(\.deadlines.head)) { bench in try await linger(bench, "GET /") },
        MetricCause("aftertone_http_connections_cut_total", #"reason="exchange""#, with: hasty(\.deadlines.exchange)) { bench in
            try await linger(
                bench,
                "PUT \(bench.world.boxPath)/messages HTTP/1.1\r\nHost: h\r\nX-Auth-Token: \(bench.world.token)\r\nContent-Type: audio/wav\r\nContent-Length: 9\r\n\r\n"
            )
        },
        MetricCause("aftertone_http_connections_cut_total", #"reason="idle""#, with: hasty(\.deadlines.idle)) { bench in
            try await linger(bench, "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
        },
        MetricCause("aftertone_http_connections_cut_total", #"reason="lingering""#, with: hasty(\.deadlines.lingering)) { bench, grows in
            try await RawConnection.run(port: bench.server.port) { connection in
                let head = "PUT \(bench.world.boxPath)/messages HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999\r\n\r\n"
                try await connection.write(Array(head.utf8))
                // It has the answer, and neither sends what it promised nor goes.
                _ = try await connection.read()
                try await grows()
            }
        },
    ]

    private static let stored = [
        MetricCause("aftertone_audio_stored_total") { bench in try await bench.leave() },
        MetricCause("aftertone_audio_stored_bytes_total", by: Double(MetricBench.sound.count)) { bench in try await bench.leave() },
        MetricCause("aftertone_audio_sync_seconds") { bench in try await bench.leave() },
        MetricCause("aftertone_deposits_total") { bench in try await bench.leave() },
        MetricCause("aftertone_store_commit_seconds") { bench in try await bench.leave() },
        MetricCause("aftertone_recordings_taken_total", #"way="http",result="stored""#) { bench in
            try await bench.record(try AudioSamples.tones([440], seconds: 0.1).encoded(as: .wavPCM16))
        },
        MetricCause("aftertone_recordings_taken_total", #"way="directory",result="stored""#, with: watched) { bench in
            try bench.drop(try AudioSamples.tones([440], seconds: 0.1).encoded(as: .wavPCM16))
        },
        MetricCause("aftertone_recordings_taken_total", #"way="directory",result="refused""#, with: watched) { bench in
            try bench.drop(Array("no sound".utf8), "notes.txt")
        },
        MetricCause(
            "aftertone_recordings_taken_total", #"way="directory",result="failed""#,
            with: {
                watched(&$0, $1); full(&$0, $1)
            }
        ) { bench in
            try bench.drop(try AudioSamples.tones([440], seconds: 0.1).encoded(as: .wavPCM16))
        },
    ]

    private static let told = [
        MetricCause("aftertone_deliveries", #"state="pending""#, with: telling) { bench, grows in try await bench.tell(500, grows) },
        MetricCause("aftertone_deliveries", #"state="dead""#, with: telling) { bench in try await bench.abandon() },
        MetricCause("aftertone_delivery_attempts_total", #"result="delivered""#, with: telling) { bench, grows in try await bench.tell(200, grows) },
        MetricCause("aftertone_delivery_attempts_total", #"result="failed""#, with: telling) { bench, grows in try await bench.tell(500, grows) },
        MetricCause("aftertone_delivery_attempts_total", #"result="dead""#, with: telling) { bench in try await bench.abandon() },
        MetricCause(
            "aftertone_delivery_attempts_total", #"channel="message-mail",result="failed""#,
            with: {
                telling(&$0, $1)
                // Nobody listens at the first port.
                $0.mail = MailAddress("box@voice.example").map { MailServer(host: "127.0.0.1", port: 1, security: .none, sender: $0, attemptSeconds: 30) }
            }
        ) { bench in
            let box = try await bench.server.makeMailbox("3001", in: bench.world.account, ["notify_email_addresses": ["ada@example.com"]])
            _ = try await bench.server.leave(audio: MetricBench.sound, in: box, of: bench.world.account)
        },
        MetricCause(
            "aftertone_destinations_resting",
            with: {
                telling(&$0, $1)
                $0.mail = MailAddress("box@voice.example").map { MailServer(host: "127.0.0.1", port: 1, security: .none, sender: $0, attemptSeconds: 30) }
            }
        ) { bench in
            let addresses = (0..<4).map { JSON.string("ada\($0)@example.com") }
            let box = try await bench.server.makeMailbox("3001", in: bench.world.account, ["notify_email_addresses": .array(addresses)])
            _ = try await bench.server.leave(audio: MetricBench.sound, in: box, of: bench.world.account)
        },
        MetricCause("aftertone_delivery_seconds", with: telling) { bench, grows in try await bench.tell(200, grows) },
    ]

    /// A round a second.
    private static let housekeeping: @Sendable (inout Configuration, String) -> Void = { configuration, _ in
        configuration.housekeeping.intervalSeconds = 1
        configuration.limits.messageRetention.count = 1
        configuration.limits.recordingRetention.days = 1
        configuration.archive.quotaBytes = 1 << 30
    }

    private static let kept = [
        MetricCause("aftertone_housekeeping_rounds_total", #"result="done""#, with: housekeeping) { _, grows in try await grows() },
        MetricCause("aftertone_housekeeping_rounds_total", #"result="elsewhere""#, with: housekeeping) { bench, grows in
            let other = HousekeepingLease(bench.server.service)
            while try await !other.take(for: 86_400) { bench.server.clock.advance(by: 3600) }
            try await grows()
        },
        MetricCause("aftertone_housekeeping_rounds_total", #"result="failed""#, with: housekeeping) { bench, grows in
            // What the archive holds cannot be counted.
            try FileManager.default.removeItem(atPath: bench.server.directory + "/blobs/00")
            try await grows()
        },
        MetricCause("aftertone_retention_removed_total", #"what="message""#, with: housekeeping) { bench in
            for _ in 0..<2 { try await bench.leave() }
            bench.server.clock.advance(by: 2 * 86_400)
        },
        MetricCause("aftertone_retention_removed_total", #"what="recording""#, with: housekeeping) { bench in
            try await bench.record(try AudioSamples.tones([440], seconds: 0.1).encoded(as: .wavPCM16))
            bench.server.clock.advance(by: 3 * 86_400)
        },
        MetricCause("aftertone_audit_sealed_total", with: housekeeping) { bench in
            try await bench.server.service.audit.note(.exported, of: bench.world.account.id, [])
        },
        MetricCause("aftertone_holds", with: housekeeping) { bench in
            _ = try await bench.server.service.holds.place(on: .account, bench.world.account.id, in: bench.world.account, reason: "case 1")
        },
    ]

    private static let logins = [
        MetricCause("aftertone_login_failures_total", #"interface="kazoo""#) { bench in try await bench.guess() },
        MetricCause("aftertone_logins_refused_total", #"interface="kazoo""#, with: strict) { bench in
            try await bench.guess()
            let status = try await bench.guess()
            #expect(status == 429)
        },
        MetricCause("aftertone_login_lockouts_total", #"subject="source""#, with: strict) { bench in try await bench.guess() },
        MetricCause("aftertone_login_lockouts_total", #"subject="account""#, with: strict) { bench in try await bench.guess() },
    ]

    private static let calls = [
        MetricCause("aftertone_calls_total", #"outcome="stored""#, with: calling) { bench in try await bench.call() },
        MetricCause("aftertone_calls_total", #"outcome="nowhere""#, with: calling) { bench in
            let phone = try TestPhone(server: bench.server.sipPort)
            defer { phone.close() }
            let answer = try await phone.call("9999")
            #expect(answer.status == 404)
        },
        MetricCause("aftertone_call_seconds", with: calling) { bench in try await bench.call() },
        MetricCause("aftertone_call_setup_seconds", with: calling) { bench in try await bench.call() },
        MetricCause("aftertone_call_clock_late_seconds", with: calling) { bench in try await bench.call() },
        MetricCause("aftertone_call_packets_lost_total", by: 5, with: calling) { bench in
            try await bench.call(fate: { (50..<60).contains($0) ? .lost : .sent })
        },
        MetricCause("aftertone_call_packets_late_total", with: calling) { bench in
            try await bench.call(fate: { (20..<25).contains($0) ? .delayed(50) : .sent })
        },
        MetricCause("aftertone_prompts_total", with: calling) { bench in try await bench.call() },
        MetricCause("aftertone_capture_sync_seconds", with: calling) { bench, grows in try await bench.call(meanwhile: grows) },
    ]
}
