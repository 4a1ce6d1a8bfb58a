import TestKit
import Testing

@testable import SIP

@Suite("What a registrar says is done, as far as it makes sense")
struct RegistrarAnswerTests {
    /// What came of the first attempt.
    private func outcome(
        seconds: Int = 300, _ policy: @escaping @Sendable (inout TestRegistrar.Policy) -> Void,
        _ seen: @Sendable ([TestPhone.Message]) throws -> Void = { _ in }
    ) async throws -> RegistrationState? {
        let registrar = try TestRegistrar { policy(&$0) }
        defer { registrar.close() }
        return try await withEndpoint(script: { await $0.refuse(.notFound) }) { endpoint, _ in
            var settings = RegistrationSettings(user: "700", host: "pbx.example")
            (settings.password, settings.seconds) = ("secret", seconds)
            let told = Told<RegistrationState>(), clock = SteppedClock()
            let registration = await Registration(settings, endpoint, names: KnownPlaces(ports: [registrar.port]), clock: clock) { told.tell($0) }
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await registration.run() }
                let state = await told.next(), requests = registrar.requests
                // What is not registered is not unregistered: nothing is waited for at the end.
                registrar.change {
                    $0.refusal = nil
                    $0.password = nil
                }
                await registration.end()
                try await group.waitForAll()
                try seen(requests)
                return state
            }
        }
    }

    @Test(
        "For how long: of our own address, of the only one, of all, and else as it was asked for; within what makes sense",
        arguments: [
            (["Contact: <OWN>;expires=120"], 120), (["Contact: <sip:700@192.0.2.1>;expires=50, <OWN>;expires=120"], 120),
            (["Contact: <OWN>;expires=120", "Expires: 60"], 120),
            (["Contact: <OWN>", "Expires: 60"], 60), (["Expires: 60"], 60), ([], 300), (["Contact: <OWN>;expires=x", "Expires: 60"], 60),
            (["Expires: soon"], 300),
            // Our address as somebody between us sees it.
            (["Contact: <sip:700@192.0.2.1:4711>;expires=90"], 90),
            // Those of others say nothing of us.
            (["Contact: <sip:700@192.0.2.1>;expires=50, <sip:700@192.0.2.2>;expires=40"], 300),
            (["Contact: <OWN>;expires=0"], 1), (["Contact: <OWN>;expires=-5"], 1), (["Contact: <OWN>;expires=999999"], 86_400),
            (["Contact: <OWN>;expires=99999999999999999999", "Expires: 60"], 60),
        ])
    func seconds(lines: [String], expected: Int) async throws {
        let state = try await outcome({ $0.answer = lines })
        guard case .registered(let place, let seconds)? = state else { return #expect(Bool(false), "\(String(describing: state))") }
        #expect(seconds == expected && place.host == "127.0.0.1")
    }

    @Test(
        "Refusals that somebody must change something about, and those that pass",
        arguments: [
            ("403 Forbidden", true), ("404 Not Found", true), ("400 Bad Request", true), ("488 Not Acceptable Here", true),
            ("480 Temporarily Unavailable", false),
            ("491 Request Pending", false), ("500 Server Internal Error", false), ("503 Service Unavailable", false), ("600 Busy Everywhere", false),
            ("302 Moved Temporarily", false),
        ])
    func refusals(status: String, isHopeless: Bool) async throws {
        let state = try await outcome({ $0.refusal = status })
        guard case .failed(let reason, let seconds)? = state else { return #expect(Bool(false), "\(String(describing: state))") }
        #expect(reason == status && (isHopeless ? 30...60 : 3...5).contains(seconds))
    }

    @Test(
        "When to ask again is done, and none of it is endless",
        arguments: [
            ("120", 120...120), ("120;duration=3600", 120...120), ("1", 3...5), ("99999", 3600...3600), ("soon", 3...5), ("-7", 3...5),
            ("999999999999999999999", 3...5),
        ])
    func retryAfter(text: String, seconds: ClosedRange<Int>) async throws {
        let state = try await outcome({
            $0.refusal = "503 Service Unavailable"
            $0.lines = ["Retry-After: \(text)"]
        })
        guard case .failed(_, let retry)? = state else { return #expect(Bool(false), "\(String(describing: state))") }
        #expect(seconds.contains(retry))
    }

    @Test(
        "A time that is too brief, without a longer one that makes sense, is a refusal",
        arguments: ["", "Min-Expires: 300", "Min-Expires: 86401", "Min-Expires: x", "Min-Expires: 0"])
    func tooBrief(line: String) async throws {
        let state = try await outcome({
            $0.refusal = "423 Interval Too Brief"
            $0.lines = line.isEmpty ? [] : [line]
        }) { #expect($0.count == 1) }
        guard case .failed(let reason, let seconds)? = state else { return #expect(Bool(false), "\(String(describing: state))") }
        #expect(reason == "423 Interval Too Brief" && seconds >= 30)
    }

    @Test("One that always wants longer is not asked for ever")
    func insatiable() async throws {
        let state = try await outcome({
            $0.refusal = "423 Interval Too Brief"
            $0.longer = true
        }) { requests in
            #expect(requests.map { $0.headers["expires"] } == ["300", "301", "302", "303"])
        }
        guard case .failed(let reason, _)? = state else { return #expect(Bool(false), "\(String(describing: state))") }
        #expect(reason == "it does not stop asking")
    }

    @Test("A reason is told, and no more of it than fits into a log")
    func reasons() async throws {
        guard case .failed(let long, _)? = try await outcome({ $0.refusal = "500 " + String(repeating: "x", count: 300) }) else { return #expect(Bool(false)) }
        #expect(long == "500 " + String(repeating: "x", count: 64))
        guard case .failed(let bare, _)? = try await outcome({ $0.refusal = "500 " }) else { return #expect(Bool(false)) }
        #expect(bare == "500")
    }

    @Test("A proxy's question is answered in the proxy's field")
    func proxy() async throws {
        let state = try await outcome({
            $0.password = "secret"
            $0.isProxy = true
        }) { requests in
            #expect(requests.count == 2 && requests[1].headers["proxy-authorization"]?.hasPrefix("Digest username=\"700\"") == true)
            #expect(requests.allSatisfy { $0.headers["authorization"] == nil })
        }
        #expect(state?.isRegistered == true)
    }
}
