import Glibc
import NIOConcurrencyHelpers
import NIOPosix

/// A terminal that a program believes in, and what it shows.
final class PseudoTerminal: Sendable {
    struct Missing: Error { let code: Int32 }

    /// TIOCSPTLCK and TIOCGPTN, which the C library does not show to Swift.
    private static let unlock: UInt = 0x4004_5431
    private static let tellNumber: UInt = 0x8004_5430

    private let keyboard: Int32
    /// The program's end.
    let line: Int32
    private let isHungUp = NIOLockedValueBox(false)

    init() throws {
        keyboard = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var number: UInt32 = 0, isLocked: Int32 = 0
        guard keyboard >= 0, ioctl(keyboard, Self.unlock, &isLocked) == 0, ioctl(keyboard, Self.tellNumber, &number) == 0 else { throw Missing(code: errno) }
        line = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard line >= 0 else { throw Missing(code: errno) }
    }

    deinit {
        hangUp()
        close(keyboard)
    }

    /// Lets go of the program's end, so that the terminal ends with the program.
    func hangUp() {
        isHungUp.withLockedValue { isHungUp in
            if !isHungUp { close(line) }
            isHungUp = true
        }
    }

    func type(_ text: String) { _ = write(keyboard, text, text.utf8.count) }

    /// Whether what is typed is shown.
    var showsTyping: Bool {
        var settings = termios()
        return tcgetattr(keyboard, &settings) == 0 && settings.c_lflag & tcflag_t(ECHO) != 0
    }

    /// Waits until a text has been shown, or the program ends.
    func shown(upTo text: String) async throws {
        let descriptor = keyboard
        try await NIOThreadPool.singleton.runIfActive {
            var shown: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while !String(decoding: shown, as: UTF8.self).contains(text) {
                let count = read(descriptor, &buffer, buffer.count)
                guard count > 0 else { return }
                shown += buffer.prefix(count)
            }
        }
    }

    /// Everything that is shown until the program ends, lines ended by line feeds.
    func shown() async throws -> String {
        let descriptor = keyboard
        return try await NIOThreadPool.singleton.runIfActive {
            var shown: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                // The end of a terminal is an error.
                guard count > 0 else { return String(decoding: shown.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self) }
                shown += buffer.prefix(count)
            }
        }
    }
}
