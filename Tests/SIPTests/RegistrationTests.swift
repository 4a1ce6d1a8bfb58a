import TestKit
import Testing

@testable import SIP

/// Places that a test knows.
struct KnownPlaces: PeerNames {
    let ports: [Int]

    func addresses(of host: String, port: UInt16?, over transport: SIPTransport) async -> [PeerAddress] {
        ports.map { PeerAddress(host: "127.0.0.1", port: UInt16($0)) }
    }
}

@Suite("We are an extension of a telephone system")
struct RegistrationTests {
    /// What a test sees of a registration that runs.
    struct Scene: Sendable {
        let clock: SteppedClock
        let registration: Registration
        let told: Told<RegistrationState>
        let endpoint: SIPEndpoint
        let sipPort: Int

        func registered() async throws -> Int {
            guard case .registered(_, let seconds)? = await told.next() else { throw TestPhone.TimedOut(what: "a registration") }
            return seconds
        }

        func failed() async throws -> (reason: String, retrySeconds: Int) {
            guard case .failed(let reason, let seconds)? = await told.next() else { throw TestPhone.TimedOut(what: "a registration that fails") }
            return (reason, seconds)
        }
    }

    private func run(
        _ registrars: [TestRegistrar], password: String = "secret", seconds: Int = 300, _ change: (inout SIPSettings) -> Void = { _ in },
        _ body: @Sendable (Scene) async throws -> Void
    ) async throws {
        defer { for registrar in registrars { registrar.close() } }
        try await withEndpoint(
            change,
            script: { call in
                guard await call.answer() else { return }
                await call.hangUp()
            }
        ) { endpoint, port in
            var settings = RegistrationSettings(user: "700", host: "pbx.example")
            (settings.password, settings.seconds) = (password, seconds)
            let clock = SteppedClock(), told = Told<RegistrationState>()
            let names = KnownPlaces(ports: registrars.map(\.port))
            let registration = await Registration(settings, endpoint, names: names, clock: clock) { told.tell($0) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await registration.run() }
                do {
                    try await body(Scene(clock: clock, registration: registration, told: told, endpoint: endpoint, sipPort: port))
                } catch {
                    await registration.end()
                    throw error
                }
                await registration.end()
                try await group.waitForAll()
            }
        }
    }

    @Test(
        "The password is shown as it is asked for", arguments: [["MD5"], ["SHA-256"], ["SHA-256", "MD5"], ["MD5", "SHA-256"]], ["auth", "auth-int,auth", nil])
    func password(algorithms: [String], quality: String?) async throws {
        let registrar = try TestRegistrar {
            $0.password = "secret"
            $0.algorithms = algorithms
            $0.quality = quality
        }
        try await run([registrar]) { scene in
            let seconds = try await scene.registered()
            #expect(seconds == 300)
            #expect(registrar.bindings == ["sip:700@127.0.0.1:\(scene.sipPort)": 300])
            let first = try #require(registrar.requests.first)
            #expect(first.line == "REGISTER sip:pbx.example SIP/2.0")
            #expect(first.headers["to"] == "<sip:700@pbx.example>" && first.headers["from"]?.hasPrefix("<sip:700@pbx.example>;tag=") == true)
            #expect(registrar.requests.count == 2)
            // Each once.
            #expect(first.headers["max-forwards"] == "70" && first.headers["contact"]?.contains(",") == false)
            if algorithms.count > 1 { #expect(registrar.requests.last?.headers["authorization"]?.contains("algorithm=SHA-256") == true) }
        }
        #expect(registrar.bindings.isEmpty)
    }

    @Test("It is renewed before it is over, without being asked again, and given up at the end")
    func renewed() async throws {
        let registrar = try TestRegistrar {
            $0.password = "secret"
            $0.granted = 60
        }
        try await run([registrar]) { scene in
            let seconds = try await scene.registered()
            #expect(seconds == 60)
            for round in 1...3 {
                try await scene.clock.pass(.seconds(45)...(.seconds(45)))
                let again = try await scene.registered()
                #expect(again == 60)
                #expect(registrar.requests.count == 2 + round)
            }
            let requests = registrar.requests
            #expect(Set(requests.compactMap { $0.headers["call-id"] }).count == 1)
            let numbers = requests.compactMap { $0.headers["cseq"]?.split(separator: " ").first.flatMap { Int($0) } }
            #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 })
        }
        #expect(registrar.requests.last?.headers["expires"] == "0")
        #expect(registrar.bindings.isEmpty)
    }

    @Test("A question that was asked too often is asked anew")
    func stale() async throws {
        let registrar = try TestRegistrar {
            $0.password = "secret"
            $0.uses = 1
        }
        try await run([registrar]) { scene in
            _ = try await scene.registered()
            try await scene.clock.pass(.seconds(225)...(.seconds(225)))
            _ = try await scene.registered()
            #expect(registrar.requests.count == 4)
        }
    }

    @Test("A wrong password is tried once, and not again for a while")
    func wrongPassword() async throws {
        let registrar = try TestRegistrar { $0.password = "another" }
        try await run([registrar]) { scene in
            let failure = try await scene.failed()
            #expect(failure.reason == "401 Unauthorized: the password or its name is wrong")
            #expect((30...60).contains(failure.retrySeconds))
            #expect(registrar.requests.count == 2)
            registrar.change { $0.password = "secret" }
            try await scene.clock.pass(.seconds(30)...(.seconds(60)))
            _ = try await scene.registered()
        }
    }

    @Test("Who wants us for longer has us for longer")
    func tooBrief() async throws {
        let registrar = try TestRegistrar { $0.least = 1800 }
        try await run([registrar]) { scene in
            let seconds = try await scene.registered()
            #expect(seconds == 1800)
            #expect(registrar.requests.map { $0.headers["expires"] } == ["300", "1800"])
        }
    }

    @Test("Where one place does not answer, the next is asked")
    func nextPlace() async throws {
        let silent = try TestRegistrar { $0.isSilent = true }, busy = try TestRegistrar { $0.refusal = "503 Service Unavailable" }
        let well = try TestRegistrar()
        try await run([silent, busy, well]) { scene in
            try await silent.waits(for: 1)
            try await scene.clock.pass(.seconds(10)...(.seconds(10)))
            _ = try await scene.registered()
            #expect(busy.requests.count == 1 && well.bindings.count == 1)
        }
        #expect(well.bindings.isEmpty)
    }

    @Test("Where none answers, it is tried again after twice the time, and again")
    func backsOff() async throws {
        let registrar = try TestRegistrar { $0.isSilent = true }
        try await run([registrar]) { scene in
            for (least, most) in [(2.5, 5.0), (5, 10), (10, 20), (20, 40)] {
                try await scene.clock.pass(.seconds(10)...(.seconds(10)))
                let failure = try await scene.failed()
                #expect(failure.reason == "pbx.example does not answer")
                #expect((least.rounded(.down)...most).contains(Double(failure.retrySeconds)))
                if most == 40 { registrar.change { $0.isSilent = false } }
                // Not the ten seconds that an answer is waited for.
                try await scene.clock.pass(.seconds(least)...(.seconds(most)))
            }
            _ = try await scene.registered()
            // What failed once is forgotten.
            registrar.change { $0.refusal = "500 Server Internal Error" }
            try await scene.clock.pass(.seconds(225)...(.seconds(225)))
            let failure = try await scene.failed()
            #expect(failure.retrySeconds <= 5)
        }
    }

    @Test("Who says when to ask again is asked then")
    func retryAfter() async throws {
        let registrar = try TestRegistrar {
            $0.refusal = "503 Service Unavailable"
            $0.lines = ["Retry-After: 120 (maintenance);duration=60"]
        }
        try await run([registrar]) { scene in
            let failure = try await scene.failed()
            #expect(failure.reason == "503 Service Unavailable" && failure.retrySeconds == 120)
            registrar.change { $0.refusal = nil }
            try await scene.clock.pass(.seconds(120)...(.seconds(120)))
            _ = try await scene.registered()
        }
    }

    @Test("Calls from there are taken, and from nobody else, for as long as we are registered")
    func trusted() async throws {
        let registrar = try TestRegistrar()
        try await run([registrar], { $0.trusts = { _ in false } }) { scene in
            _ = try await scene.registered()
            let phone = try TestPhone(server: scene.sipPort)
            defer { phone.close() }
            #expect(try await phone.call("700").status == 200)
            try await phone.hungUp()
            await scene.registration.end()
            #expect(await scene.told.next() == .ended)
            let other = try TestPhone(server: scene.sipPort)
            defer { other.close() }
            other.send(other.request("OPTIONS", user: "700"))
            await #expect(throws: TestPhone.TimedOut.self) { _ = try await other.next("an answer", within: 1) { $0.status != nil } }
        }
    }

    @Test(
        "Whatever is asked, nothing traps and nobody is told the password",
        arguments: [
            "WWW-Authenticate: Basic realm=\"pbx\"", "WWW-Authenticate: Digest", "WWW-Authenticate: Digest realm=\"pbx\"",
            "WWW-Authenticate: Digest realm=\"a\", nonce=\"b\", algorithm=X",
            "WWW-Authenticate: Digest realm=\"a\", nonce=\"b\", qop=\"auth-int\"", "WWW-Authenticate: Digest realm=\"a\", realm=\"a\", nonce=\"b\"", "X: y",
        ])
    func strange(line: String) async throws {
        let registrar = try TestRegistrar {
            $0.refusal = "401 Unauthorized"
            $0.lines = [line]
        }
        try await run([registrar]) { scene in
            let failure = try await scene.failed()
            #expect(failure.reason.hasPrefix("401 Unauthorized"))
            #expect(registrar.requests.count == 1)
        }
    }

    @Test("Waiting grows, and has a bound", arguments: [(1, 2.5, 5.0), (2, 5, 10), (7, 150, 300), (1000, 150, 300)])
    func waiting(failures: Int, least: Double, most: Double) { #expect(BackOff.range(after: failures) == least...most) }
}
