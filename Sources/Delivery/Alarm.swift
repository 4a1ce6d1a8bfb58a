import Synchronization

/// Wakes one waiting task before its time is up.
final class Alarm: Sendable {
    private struct State {
        var isRung = false
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func ring() {
        let sleeper = state.withLock { state in
            let sleeper = state.sleeper
            state.sleeper = nil
            // Kept for the next one who waits, if nobody does.
            state.isRung = sleeper == nil
            return sleeper
        }
        sleeper?.resume()
    }

    /// Returns when rung, after `duration`, or when the task is cancelled.
    func wait(atMost duration: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await Task.sleep(for: duration)
                } catch {
                    return
                }
                self.ring()
            }
            await withTaskCancellationHandler {
                await self.next()
            } onCancel: {
                self.ring()
            }
            group.cancelAll()
        }
    }

    private func next() async {
        await withCheckedContinuation { continuation in
            let isRung = state.withLock { state in
                if !state.isRung { state.sleeper = continuation }
                defer { state.isRung = false }
                return state.isRung
            }
            if isRung { continuation.resume() }
        }
    }
}
