import Server
import Synchronization

/// How far something has come, on one line of a terminal that is written over. Silent where nobody watches.
final class ProgressLine: Sendable {
    private struct State {
        var shown = ""
        var next = ContinuousClock.now
    }

    private static let interval = Duration.milliseconds(100)

    private let isShown = Terminal.showsProgress
    private let state = Mutex(State())

    @Sendable func report(_ progress: MaintenanceProgress) {
        guard isShown else { return }
        let text = progress.stage + " \(progress.done)" + (progress.total.map { " of \($0)" } ?? "")
        state.withLock { state in
            guard ContinuousClock.now >= state.next else { return }
            state.next = ContinuousClock.now + Self.interval
            draw(text, &state)
        }
    }

    /// Takes the line away, for other output or the end.
    func clear() {
        guard isShown else { return }
        state.withLock { draw("", &$0) }
    }

    private func draw(_ text: String, _ state: inout State) {
        let blank = String(repeating: " ", count: max(0, state.shown.count - text.count))
        Terminal.write("\r" + text + blank + (text.isEmpty ? "\r" : ""), to: 2)
        state.shown = text
    }
}
