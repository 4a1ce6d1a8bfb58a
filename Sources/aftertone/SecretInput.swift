import Server
import SystemPackage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Passwords and PINs, which never stand on a command line: others can read that.
enum SecretInput {
    private static let longest = 4096

    /// The first line of a file.
    static func read(file path: String) throws -> String {
        let bytes: [UInt8]
        do { bytes = try SmallFile.read(path, atMost: longest) } catch let error as Errno { throw Refusal("\(path) cannot be read: \(error)") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Refusal("\(path) does not hold UTF-8 text") }
        return try firstLine(text, path)
    }

    /// A line of standard input; asked for, and not shown, when that is a terminal.
    static func read(prompt: String) throws -> String {
        let isTerminal = isatty(STDIN_FILENO) == 1
        var saved = termios()
        if isTerminal {
            Terminal.write(prompt + ": ", to: STDERR_FILENO)
            tcgetattr(STDIN_FILENO, &saved)
            var quiet = saved
            quiet.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSANOW, &quiet)
        }
        defer {
            if isTerminal {
                tcsetattr(STDIN_FILENO, TCSANOW, &saved)
                Terminal.write("\n", to: STDERR_FILENO)
            }
        }
        return try firstLine(readLine() ?? "", "standard input")
    }

    private static func firstLine(_ text: String, _ source: String) throws -> String {
        // CR and LF together are one character to Swift.
        let secret = String(text.prefix { $0 != "\n" && $0 != "\r\n" })
        guard !secret.isEmpty else { throw Refusal("\(source) holds no secret") }
        return secret
    }
}
