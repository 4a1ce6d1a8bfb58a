import CFileIO
import Glibc

/// A program that is executed with an argument vector, told something on its standard input, and listened to on its standard error.
///
/// It gets no descriptor but these, no variable that is not given, and ends at its time.
struct Program: Sendable {
    let path: String
    var arguments: [String] = []
    var environment: [String: String] = [:]
    /// From its start to its end; then it is killed.
    var timeLimit = Duration.seconds(30)
    /// Bytes of standard error that are kept; the rest is read and dropped.
    var longestComplaint = 500

    /// How it ended.
    struct Ending: Sendable, Hashable {
        /// The exit status; for one that a signal ended, the negative number of that.
        var status: Int32
        var complaint: String
        /// Whether it took all that it was told before it ended.
        var heardAll: Bool
    }

    enum Failure: Error, Hashable, CustomStringConvertible {
        case notStarted(String)
        /// It did not end in time and was killed.
        case tooLong

        var description: String {
            switch self {
            case .notStarted(let reason): "cannot be started: \(reason)"
            case .tooLong: "did not end in time"
            }
        }
    }

    /// Whether there is a file that this process may execute.
    static func isExecutable(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    /// Runs it to its end. Blocks.
    func run(telling text: String) throws(Failure) -> Ending {
        let input = try Ends(), errors = try Ends()
        let started = ContinuousClock.now
        let id = try start(input: input.reading, errors: errors.writing)
        input.closeReading()
        errors.closeWriting()
        let child = Child(id)
        var conversation = Conversation(text: text, input: input, errors: errors, longest: longestComplaint)
        let hasEnded = conversation.run(until: started + timeLimit, with: child)
        if !hasEnded { kill(id, SIGKILL) }
        let status = child.wait()
        guard hasEnded else { throw .tooLong }
        return Ending(status: status, complaint: String(decoding: conversation.complaint, as: UTF8.self), heardAll: conversation.isTold)
    }

    private func start(input: Int32, errors: Int32) throws(Failure) -> pid_t {
        let vector = ([path] + arguments).map { strdup($0) } + [nil], variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in vector + variables { free(text) } }
        var id: pid_t = 0
        let code = cfileio_spawn(&id, path, vector, variables, nil, input, -1, errors)
        guard code == 0 else { throw .notStarted(String(cString: strerror(code))) }
        return id
    }
}

/// Talks to a program until it has ended: tells it what there is to tell and reads what it says, neither before the other.
private struct Conversation {
    private let input: Ends
    private let errors: Ends
    private let longest: Int
    private var rest: ArraySlice<UInt8>
    private(set) var complaint: [UInt8] = []
    private var isListening = true

    /// Whether the program took all of the text.
    var isTold: Bool { rest.isEmpty }

    init(text: String, input: Ends, errors: Ends, longest: Int) {
        self.input = input
        self.errors = errors
        self.longest = longest
        rest = Array(text.utf8)[...]
        for end in [input.writing, errors.reading] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    }

    /// - Returns: whether the program ended in time.
    mutating func run(until deadline: ContinuousClock.Instant, with child: Child) -> Bool {
        if rest.isEmpty { input.closeWriting() }
        while true {
            // A negative descriptor is not looked at.
            var waits = [
                pollfd(fd: child.descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: input.writing, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: isListening ? errors.reading : -1, events: Int16(POLLIN), revents: 0),
            ]
            let left = (deadline - .now).components
            guard left.seconds >= 0, left.attoseconds >= 0 else { return false }
            guard poll(&waits, nfds_t(waits.count), Int32(clamping: left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000 + 1)) >= 0 else {
                if errno == EINTR { continue }
                return false
            }
            if waits[2].revents != 0 { listen() }
            if waits[0].revents != 0 {
                // Its last output is in the pipe. Output of a child that it left behind is not waited for.
                listen()
                return true
            }
            if waits[1].revents != 0 { tell() }
        }
    }

    private mutating func tell() {
        let count = rest.withUnsafeBytes { write(input.writing, $0.baseAddress, $0.count) }
        if count > 0 { rest = rest.dropFirst(count) }
        // A program that has closed its end of the pipe wants no more input.
        if rest.isEmpty || (count < 0 && errno != EAGAIN && errno != EINTR) { input.closeWriting() }
    }

    /// Reads what there is.
    private mutating func listen() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        // As much as a pipe holds, and not as long as a program talks.
        for _ in 0..<16 where isListening {
            let count = read(errors.reading, &buffer, buffer.count)
            if count > 0 {
                complaint += buffer[..<count].prefix(longest - complaint.count)
            } else {
                if count < 0, errno == EAGAIN || errno == EINTR { return }
                isListening = false
            }
        }
    }
}

/// A started program that is to be waited for once.
private struct Child {
    let id: pid_t
    /// Readable once it has ended.
    let descriptor: Int32

    init(_ id: pid_t) {
        self.id = id
        descriptor = cfileio_open_process(id)
    }

    func wait() -> Int32 {
        if descriptor >= 0 { close(descriptor) }
        var raw: Int32 = 0
        while waitpid(id, &raw, 0) < 0, errno == EINTR {}
        return raw & 0x7f == 0 ? (raw >> 8) & 0xff : -(raw & 0x7f)
    }
}

/// A pipe, closed when it is let go.
private final class Ends {
    private(set) var reading: Int32
    private(set) var writing: Int32

    init() throws(Program.Failure) {
        var ends: [Int32] = [-1, -1]
        guard cfileio_pipe(&ends) == 0 else { throw .notStarted(String(cString: strerror(errno))) }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        closeReading()
        closeWriting()
    }

    func closeReading() {
        if reading >= 0 { close(reading) }
        reading = -1
    }

    func closeWriting() {
        if writing >= 0 { close(writing) }
        writing = -1
    }
}
