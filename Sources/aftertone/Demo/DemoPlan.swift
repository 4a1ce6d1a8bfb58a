import NIOConcurrencyHelpers
import Server
import Voicemail

/// Makes the demonstration's call once both calls and requests are taken.
final class DemoPlan: Sendable {
    private struct State {
        var calls: CallAddress?
        var requests: (address: ListenAddress, world: DemoWorld)?
    }

    /// nil where no call is asked for.
    private let heard: String?
    private let output: Output
    private let state = NIOLockedValueBox(State())

    init(heard: String?, output: Output) {
        self.heard = heard
        self.output = output
    }

    func takesCalls(on address: CallAddress) {
        state.withLockedValue { $0.calls = address }
        callWhenReady()
    }

    func takesRequests(on address: ListenAddress, _ world: DemoWorld) {
        state.withLockedValue { $0.requests = (address, world) }
        callWhenReady()
    }

    private func callWhenReady() {
        guard let heard else { return }
        let call = state.withLockedValue { state -> DemoCall? in
            guard let calls = state.calls, let requests = state.requests else { return nil }
            state.requests = nil
            return DemoCall(world: requests.world, calls: calls, requests: requests.address, file: heard)
        }
        guard let call else { return }
        // The server goes on meanwhile, and afterwards.
        Task { [output] in
            do {
                let (text, facts) = try await call.run()
                if output.json { output.show(facts) } else { Terminal.print(text) }
            } catch {
                let reason = Wording.text(for: error)
                if output.json { output.show(["id": "call", "failure": .string(reason)]) } else { Terminal.print("\ncall      failed: " + reason) }
            }
        }
    }
}
