import Dispatch

/// The descriptors behind the clocks of libdispatch, which `Task.sleep` waits by too.
enum ProcessTimers {
    /// Opens one for each clock. libdispatch does so when the first timer by a clock is set, and ends the process where no descriptor is left
    /// then: a server that is short of files would die of its first wait.
    static func open() async {
        let moment = Duration.microseconds(1)
        // Cancelled or not, the timer has been set.
        try? await Task.sleep(for: moment, clock: .continuous)
        try? await Task.sleep(for: moment, clock: .suspending)
        await withCheckedContinuation { continuation in
            DispatchQueue.global().asyncAfter(deadline: .now() + .microseconds(1)) { continuation.resume() }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().asyncAfter(wallDeadline: .now() + .microseconds(1)) { continuation.resume() }
        }
    }
}
