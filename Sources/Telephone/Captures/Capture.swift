import Glibc
import SIP
import Synchronization
import Waiting

/// A recording that is being written to disk while the call lasts.
///
/// The loop's thread only appends to memory; the room's thread writes and syncs. So a disk that stands still delays nobody's sound.
final class Capture: SoundSink {
    private struct State {
        var pending: [UInt8] = []
        var written = 0
        var failure: CaptureFailure?
        /// Those who wait until all so far is safe.
        var waiting: [Wait<Void>] = []
    }

    let facts: CaptureFacts
    let file: CaptureFile
    let headSize: Int
    private let descriptor: Int32
    private let state = Mutex(State())

    /// - Parameter descriptor: open, its head written; closed with this.
    init(_ facts: CaptureFacts, _ file: CaptureFile, headSize: Int, descriptor: Int32) {
        self.facts = facts
        self.file = file
        self.headSize = headSize
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func append(_ sound: [UInt8]) { state.withLock { $0.pending += sound } }

    var failure: CaptureFailure? { state.withLock(\.failure) }

    /// Waits until everything so far is on the disk, or cannot be.
    func settled(_ wake: () -> Void) async {
        let wait = Wait<Void>()
        state.withLock { $0.waiting.append(wait) }
        wake()
        await wait.outcome()
    }

    /// Writes what is pending. Blocks.
    /// - Returns: what is to be synced, with those who wait for it; nil where there is nothing to do.
    func write() -> [Wait<Void>]? {
        let (bytes, place, waiting) = state.withLock { state in
            defer { (state.pending, state.waiting) = ([], []) }
            return (state.pending, state.written, state.waiting)
        }
        if bytes.isEmpty, waiting.isEmpty { return nil }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done, off_t(headSize + place + done)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                fail(CaptureFailure(action: "write", code: errno))
                break
            }
            done += count
        }
        state.withLock { $0.written += done }
        return waiting
    }

    /// Makes what was written survive a loss of power. Blocks.
    func sync() {
        if fdatasync(descriptor) != 0 { fail(CaptureFailure(action: "sync", code: errno)) }
    }

    /// Leaves no more than the message, and the facts as they are known now. Blocks.
    /// - Parameter bytes: of sound.
    func shorten(to bytes: Int) throws(CaptureFailure) {
        let kept = min(max(0, bytes), state.withLock(\.written))
        guard ftruncate(descriptor, off_t(headSize + kept)) == 0 else { throw CaptureFailure(action: "shorten", code: errno) }
        state.withLock { $0.written = kept }
    }

    var anyDescriptor: Int32 { descriptor }

    func fail(_ failure: CaptureFailure) { state.withLock { $0.failure = $0.failure ?? failure } }
}

/// What the disk refused.
struct CaptureFailure: Error, Sendable, Hashable, CustomStringConvertible {
    let action: String
    let code: Int32

    var description: String { "cannot \(action) a recording: \(String(cString: strerror(code)))" }
}
