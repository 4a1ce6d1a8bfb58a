import CFileIO
import Dispatch
import Foundation
import Glibc
import NIOConcurrencyHelpers

/// A process of its own.
///
/// Not Foundation's `Process`: that one reads behind the end of a buffer while it looks through a thousand open descriptors, which
/// all tests together have.
public final class ChildProcess: Sendable {
    public struct NotStarted: Error {
        public let command: [String]
        public let code: Int32
    }

    private struct State {
        var status: Int32?
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    public let id: pid_t
    private let state = NIOLockedValueBox(State())
    private let end = DispatchGroup()

    /// - Parameters:
    ///   - command: a program, looked for on the path, and its arguments.
    ///   - environment: all of it; the test's own by default.
    ///   - directory: where it runs; the test's own by default.
    ///   - input: descriptor of its standard input, and so on; nothing and nowhere by default. They stay the caller's.
    public init(
        _ command: [String], environment: [String: String] = ProcessInfo.processInfo.environment, directory: String? = nil,
        input: Int32? = nil, output: Int32? = nil, errors: Int32? = nil
    ) throws {
        let arguments = CStrings(command), variables = CStrings(environment.map { "\($0.key)=\($0.value)" })
        var id: pid_t = 0
        let code = cfileio_spawn(
            &id, command[0], arguments.pointers, variables.pointers, directory, input ?? -1, output ?? -1, errors ?? -1)
        guard code == 0 else { throw NotStarted(command: command, code: code) }
        self.id = id
        end.enter()
        Thread.detachNewThread { self.awaitEnd() }
    }

    /// Sends a signal, unless it has ended.
    public func send(_ signal: Int32) {
        state.withLockedValue { if $0.status == nil { _ = kill(id, signal) } }
    }

    /// Waits for its end.
    /// - Returns: the exit status; for one that a signal ended, the negative number of that.
    public func status() async -> Int32 {
        await withCheckedContinuation { continuation in
            let known = state.withLockedValue { state in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// The same, and blocks meanwhile.
    public func wait() -> Int32 {
        end.wait()
        return state.withLockedValue { $0.status ?? -1 }
    }

    private func awaitEnd() {
        var facts = siginfo_t()
        // Until it is waited for, nobody else gets its id.
        while waitid(P_PID, id_t(id), &facts, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let (status, waiting) = state.withLockedValue { state in
            var raw: Int32 = 0
            waitpid(id, &raw, 0)
            let status = raw & 0x7f == 0 ? (raw >> 8) & 0xff : -(raw & 0x7f)
            state.status = status
            defer { state.waiting = [] }
            return (status, state.waiting)
        }
        for continuation in waiting { continuation.resume(returning: status) }
        end.leave()
    }
}

/// C strings behind each other, and a null pointer at the end.
private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ texts: [String]) {
        count = texts.count
        pointers = .allocate(capacity: count + 1)
        for (index, text) in texts.enumerated() { pointers[index] = strdup(text) }
        pointers[count] = nil
    }

    deinit {
        for index in 0..<count { free(pointers[index]) }
        pointers.deallocate()
    }
}

extension Pipe {
    /// A pipe whose ends other programs do not get unless they are given to them.
    static func closing() -> Pipe {
        let pipe = Pipe()
        for end in [pipe.fileHandleForReading, pipe.fileHandleForWriting] { _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC) }
        return pipe
    }
}
