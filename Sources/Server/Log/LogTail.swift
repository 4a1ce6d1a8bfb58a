import Logging
import Synchronization
import Voicemail
import Web

/// The last warnings and errors of this process's log, for who looks after the server. They are what the log says, which tells no secrets.
public final class LogTail: Sendable {
    static let least = Logger.Level.warning
    /// As many as are kept, the older ones going first.
    public static let most = 20
    /// Characters of one; what a line says may come from outside.
    static let longest = 500

    private let lines = Mutex<[ServerGlance.Trouble]>([])

    public init() {}

    func add(_ level: Logger.Level, at time: Timestamp, from part: LogPart, _ text: String) {
        let plain = String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.longest).filter { $0.properties.generalCategory != .control }))
        let line = ServerGlance.Trouble(time: time, isError: level >= .error, part: part.rawValue, text: plain)
        lines.withLock { lines in
            if lines.count == Self.most { lines.removeFirst() }
            lines.append(line)
        }
    }

    /// The newest first.
    public var troubles: [ServerGlance.Trouble] { lines.withLock { $0.reversed() } }
}
