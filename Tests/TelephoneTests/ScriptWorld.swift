import Logging
import Prompts
import SIP
import Server
import TestKit
import Testing
import Voicemail

@testable import Telephone

/// A mailbox's script with a phone that does something while a phrase is said. Phrases are told as they are begun, and are over at once: nothing is
/// listened for, and nothing depends on how quick the machine is.
struct ScriptWorld: Sendable {
    /// What the caller does during a phrase.
    enum Deed: Sendable, Hashable {
        case press(Character), hangUp
        /// Nothing yet: the phrase lasts until the test does something.
        case wait
    }

    /// Where a call leads, in place of the mailbox.
    typealias Way = @Sendable (Account, Mailbox) throws -> Destination?

    let server: TestServer
    let account: Account
    let mailbox: Mailbox
    let phone: TestPhone
    let voices: ScriptedVoices
    /// With recordings in its `captures`.
    let directory: String
    fileprivate let ended: Told<CallOutcome>

    /// What was said, in order.
    var said: [Phrase] { voices.said }

    /// What became of the call, once it is over.
    func outcome() async throws -> CallOutcome { try #require(await ended.next()) }

    func messages() async throws -> [Message] {
        try await server.service.messages.list(MessageListing(query: MessageQuery(scope: .mailbox(mailbox.id)), limit: 10)).messages
    }

    var files: [String] { get throws { try FileList.names(in: directory + "/captures") } }

    /// Waits until a recording is begun, before its tone.
    func begins() async throws {
        let clock = ContinuousClock(), end = clock.now + .seconds(60)
        while try files.isEmpty {
            if clock.now > end { throw TestPhone.TimedOut(what: "a recording") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Hangs up while nothing was said yet: during the tone, or after it where the machine was slow.
    func leaves(_ phone: TestPhone? = nil) async throws {
        try await (phone ?? self.phone).hangUp()
        let outcome = try await outcome()
        #expect(outcome == .abandoned || outcome == .tooShort)
        #expect(try files.isEmpty)
    }

    /// Calls, and says something after the tone, up to the key that ends it.
    func record(milliseconds: Int = 700) async throws {
        try await phone.call("1000")
        try await phone.waitForTone(in: directory)
        try await phone.sound.say(hertz: 500, milliseconds: milliseconds)
        await phone.sound.press("#")
    }

    /// Waits until the server hangs up, and for what became of it.
    func finished() async throws -> CallOutcome {
        try await phone.hungUp()
        return try await outcome()
    }

    /// - Parameters:
    ///   - attributes: of the mailbox.
    ///   - deeds: during a phrase, those of the first time it is said first; nil where the caller does nothing.
    ///   - dropsAll: whether whatever is said is too short for a message.
    ///   - destination: nil for the mailbox.
    static func run(
        _ attributes: JSONObject = [:], _ deeds: [Phrase: [Deed?]] = [:], operators: [String] = ["2*"],
        dropsAll: Bool = false,
        destination: Way? = nil, _ body: @Sendable (ScriptWorld) async throws -> Void
    ) async throws {
        try await TestServer.run({ if dropsAll { $0.limits.shortestMessageMilliseconds = 60_000 } }) { server in
            try await TemporaryDirectory.run { scratch in
                let account = try await server.makeAccount("Acme"), mailbox = try await server.makeMailbox("1000", in: account, attributes)
                let leads = FixedDestinations {
                    guard let destination else {
                        return Destination(account: account, purpose: .leaveMessage(mailbox), callerNumber: "2001", callerName: "Ada")
                    }
                    return try destination(account, mailbox)
                }
                try await run(server, account, mailbox, leads, deeds, operators, scratch.path, body)
            }
        }
    }

    private static func run(
        _ server: TestServer, _ account: Account, _ mailbox: Mailbox, _ destinations: FixedDestinations, _ deeds: [Phrase: [Deed?]], _ operators: [String],
        _ directory: String, _ body: @Sendable (ScriptWorld) async throws -> Void
    ) async throws {
        let room = try CaptureRoom(directory + "/captures") { _ in }
        let ended = Told<CallOutcome>(), endpoint = try await SIPEndpoint.open(SIPSettings(address: PeerAddress(host: "127.0.0.1", port: 0)) { _ in true })
        let phone = try TestPhone(server: Int(await endpoint.address.port)), voices = ScriptedVoices(phone, deeds)
        let reception = CallReception(
            service: server.service, destinations: destinations, voices: voices, captures: room, master: .received,
            instruments: CallInstruments(ended: { outcome, _, _, _, _ in ended.tell(outcome) }),
            operators: Operators(operators.compactMap { Operators.Pattern($0) }), logger: Logger(label: "script") { _ in SwiftLogNoOpLogHandler() })
        let world = ScriptWorld(server: server, account: account, mailbox: mailbox, phone: phone, voices: voices, directory: directory, ended: ended)
        let outcome = await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await withDiscardingTaskGroup { calls in
                    for await call in endpoint.calls { calls.addTask { await reception.take(call) } }
                }
            }
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(world)) } catch { outcome = .failure(error) }
            phone.close()
            await endpoint.close()
            await group.waitForAll()
            return outcome
        }
        try await room.close()
        try outcome.get()
    }
}

/// Where every call leads.
struct FixedDestinations: Destinations {
    let leads: @Sendable () throws -> Destination?

    func destination(of invitation: Invitation) async throws -> Destination? { try leads() }
}

/// Says every phrase as a sound that is over at once, and has the phone do what a test says; then the phrase lasts until that has come.
final class ScriptedVoices: Voices {
    private struct State {
        var phone: TestPhone
        var deeds: [Phrase: [ScriptWorld.Deed?]]
        var said: [Phrase] = []
    }

    private let state: Locked<State>

    init(_ phone: TestPhone, _ deeds: [Phrase: [ScriptWorld.Deed?]]) { state = Locked(State(phone: phone, deeds: deeds)) }

    var said: [Phrase] { state.withLockedValue(\.said) }

    /// For the next call, by another phone.
    func begin(_ phone: TestPhone, _ deeds: [Phrase: [ScriptWorld.Deed?]]) { state.withLockedValue { $0 = State(phone: phone, deeds: deeds) } }

    func clip(for phrase: Phrase, language: String?, account: Account) async -> Clip {
        let (phone, deed) = state.withLockedValue { state -> (TestPhone, ScriptWorld.Deed?) in
            state.said.append(phrase)
            guard var deeds = state.deeds[phrase], !deeds.isEmpty else { return (state.phone, nil) }
            let first = deeds.removeFirst()
            state.deeds[phrase] = deeds
            return (state.phone, first)
        }
        switch deed {
        case nil: return .silence(milliseconds: 20)
        case .press(let key): await phone.sound.press(key)
        case .hangUp: phone.send(phone.request("BYE"))
        case .wait: break
        }
        return .silence(milliseconds: 600_000)
    }
}
