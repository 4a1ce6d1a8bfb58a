import TestKit
import Testing

@testable import SIP

/// Runs `body` against an endpoint on the loopback interface, each of whose calls is handled by `script`.
func withEndpoint<Value: Sendable>(
    _ change: (inout SIPSettings) -> Void = { _ in }, script: @escaping @Sendable (Call) async -> Void,
    _ body: @Sendable (SIPEndpoint, Int) async throws -> Value
) async throws -> Value {
    var settings = SIPSettings(address: PeerAddress(host: "127.0.0.1", port: 0)) { _ in true }
    change(&settings)
    let endpoint = try await SIPEndpoint.open(settings)
    let port = Int(await endpoint.address.port)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            await withDiscardingTaskGroup { calls in
                for await call in endpoint.calls { calls.addTask { await script(call) } }
            }
        }
        let value: Value
        do { value = try await body(endpoint, port) } catch {
            await endpoint.close()
            throw error
        }
        await endpoint.close()
        try await group.waitForAll()
        return value
    }
}

/// Runs `body` against an endpoint whose time passes only with what a phone says and waits for: a machine that is busy delays nothing. One phone at a
/// time.
func withPacedPhone<Value: Sendable>(
    _ change: (inout SIPSettings) -> Void = { _ in }, script: @escaping @Sendable (Call) async -> Void, _ body: @Sendable (TestPhone) async throws -> Value
) async throws -> Value {
    let ticker = await Ticker.manual()
    return try await withEndpoint(
        {
            $0.ticker = ticker
            change(&$0)
        }, script: script
    ) { endpoint, port in
        try await TestPhone.run(server: port) { phone in
            let sound = phone.sound
            sound.setPace { await pass(ticker, endpoint, sound) }
            return try await body(phone)
        }
    }
}

/// Runs `body` with a phone against an endpoint on the loopback interface, each of whose calls is held until it ends where `script` says nothing else.
func withPhone(
    _ change: (inout SIPSettings) -> Void = { _ in }, script: @escaping @Sendable (Call) async -> Void = holding,
    _ body: @Sendable (SIPEndpoint, TestPhone) async throws -> Void
) async throws {
    try await withEndpoint(change, script: script) { endpoint, port in try await TestPhone.run(server: port) { try await body(endpoint, $0) } }
}

/// Takes a call and holds it until it ends.
let holding: @Sendable (Call) async -> Void = { call in
    guard await call.answer() else { return }
    _ = await call.key(within: .seconds(60))
}

/// Twenty milliseconds, once everything has come that was sent before.
@SIPLoop private func pass(_ ticker: Ticker, _ endpoint: SIPEndpoint, _ sound: TestSound) async {
    for _ in 0..<5000 {
        for call in endpoint.table.all { call.media.take() }
        let came = endpoint.table.all.map { $0.media.counts.received + $0.media.counts.dropped }
        guard let most = came.max(), most < sound.sent else { break }
        do { try await Task.sleep(for: .microseconds(200)) } catch { return }
    }
    // What scripts were woken for by the last one is done first.
    await Task.yield()
    ticker.step()
    do { try await Task.sleep(for: .microseconds(100)) } catch { return }
}

/// Whether an answer is the one that is due.
func expect(_ status: Int, _ answer: TestPhone.Message, at place: SourceLocation = #_sourceLocation) {
    #expect(answer.status == status, sourceLocation: place)
}

/// What a recording has got, in memory.
final class MemorySink: SoundSink {
    private let sound = Locked<[UInt8]>([])

    var bytes: [UInt8] { sound.withLockedValue { $0 } }

    func append(_ more: [UInt8]) { sound.withLockedValue { $0 += more } }
}

extension TestPhone {
    /// Says nothing, packet by packet, until that is being recorded.
    func warmUp(_ sink: MemorySink, type: UInt8 = 0) async throws {
        while sink.bytes.isEmpty { try await sound.say(hertz: nil, milliseconds: 40, type: type) }
    }
}
