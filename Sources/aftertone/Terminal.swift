import CTerminal
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The two output streams, unbuffered, so that who reads a pipe sees a line when it is said.
enum Terminal {
    static func print(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }

    static func complain(_ line: String) { write(line + "\n", to: errors) }

    static var errors: Int32 { STDERR_FILENO }

    static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether somebody looks at standard output, and not a program.
    static var showsOutput: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Whether standard input is somebody's keyboard.
    static var canBeTyped: Bool { isatty(STDIN_FILENO) == 1 }

    /// Runs `body` while what is typed is not shown. Whatever ends or stops the program meanwhile shows it again.
    static func hidingWhatIsTyped<Value>(_ body: () throws -> Value) rethrows -> Value {
        cterminal_hide_typing(STDIN_FILENO)
        defer {
            cterminal_show_typing()
            write("\n", to: errors)
        }
        return try body()
    }

    /// Text on one line that no terminal takes for a command: control characters and what turns the writing direction
    /// around are shown as their numbers.
    static func visible(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
                shown += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    /// What was typed, as a refusal names it: its beginning, where it is long, and quotation marks where it is nothing.
    static func typed(_ text: String) -> String {
        guard !text.isEmpty else { return "\"\"" }
        let beginning = text.prefix(longestTyped)
        return beginning.endIndex == text.endIndex ? text : beginning + "…"
    }

    /// Longer than any id, number, address or name that is taken.
    private static let longestTyped = 300

    /// How many columns a terminal takes for a text: two for each character of some scripts, none for marks over another one.
    static func columns(of text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + max(0, Int(cterminal_columns($1.value))) }
    }

    // MARK: Writing

    /// Why standard output took no more; `EPIPE` when its reader has gone.
    static var failure: Int32? { failed.withLock { $0 } }

    private static let failed = Mutex<Int32?>(nil)

    static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // Somebody has made it one that does not wait.
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, -1)
            } else if errno != EINTR {
                let code = errno
                if descriptor == STDOUT_FILENO { failed.withLock { $0 = $0 ?? code } }
                return
            }
        }
    }
}

/// The C function, which the name above hides.
private let systemWrite = write(_:_:_:)
