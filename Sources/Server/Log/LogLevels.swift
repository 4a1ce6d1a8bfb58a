import Logging
import Synchronization

/// A part of the server whose log has a level of its own: the modules that it is made of.
public enum LogPart: String, Sendable, CaseIterable {
    case http, kazoo
    case pSeries = "p-series"
    case sSeries = "s-series"
    case web, telephone, outbox, recordings, storage, server

    /// - Parameter module: which a line of the log comes from.
    init(module: String) {
        switch module {
        case "HTTPFront": self = .http
        case "KazooAPI": self = .kazoo
        case "YeastarPSeriesAPI": self = .pSeries
        case "YeastarSSeriesAPI": self = .sSeries
        case "Web": self = .web
        case "Telephone", "SIP", "Prompts": self = .telephone
        case "Delivery": self = .outbox
        case "RecordingIntake": self = .recordings
        case "SQLiteStore", "PostgresStore", "FileArchive", "S3Archive", "Audio": self = .storage
        default: self = .server
        }
    }
}

/// How much is logged of each part: one level, and others for parts that are named.
public struct LogSettings: Sendable, Hashable {
    public var level = Logger.Level.info
    public var parts: [LogPart: Logger.Level] = [:]
    public var format = Format.text

    public enum Format: String, Sendable, CaseIterable {
        case text, json
    }

    public init() {}

    func level(of part: LogPart) -> Logger.Level { parts[part] ?? level }

    /// The least that anything is logged at.
    var lowest: Logger.Level { parts.values.reduce(level, min) }
}

/// Settings that loggers in use go by, and that can be changed meanwhile.
public final class LogLevels: Sendable {
    private let state: Mutex<LogSettings>
    /// The settings once more, packed into one word that each line of the log reads without a lock: three bits for the level of each part, three for
    /// the lowest of them, and one for JSON.
    private let word: Atomic<UInt64>

    private static let bits: UInt64 = 3
    private static let lowestPlace = UInt64(LogPart.allCases.count) * bits
    private static let formatPlace = lowestPlace + bits

    public init(_ settings: LogSettings) {
        state = Mutex(settings)
        word = Atomic(Self.word(of: settings))
    }

    public var settings: LogSettings {
        get { state.withLock { $0 } }
        set {
            state.withLock { state in
                state = newValue
                word.store(Self.word(of: newValue), ordering: .relaxed)
            }
        }
    }

    var lowest: Logger.Level { Self.level(numbered: number(at: Self.lowestPlace)) }

    var format: LogSettings.Format { number(at: Self.formatPlace) & 1 == 1 ? .json : .text }

    func takes(_ level: Logger.Level, of part: LogPart) -> Bool { Self.number(of: level) >= number(at: Self.place(of: part)) }

    private func number(at place: UInt64) -> UInt64 { word.load(ordering: .relaxed) >> place & 7 }

    private static func word(of settings: LogSettings) -> UInt64 {
        let levels = LogPart.allCases.reduce(number(of: settings.lowest) << lowestPlace) { $0 | number(of: settings.level(of: $1)) << place(of: $1) }
        return levels | (settings.format == .json ? 1 << formatPlace : 0)
    }

    private static func place(of part: LogPart) -> UInt64 {
        let number: UInt64 =
            switch part {
            case .http: 0
            case .kazoo: 1
            case .pSeries: 2
            case .sSeries: 3
            case .web: 4
            case .telephone: 5
            case .outbox: 6
            case .recordings: 7
            case .storage: 8
            case .server: 9
            }
        return number * bits
    }

    private static func number(of level: Logger.Level) -> UInt64 {
        switch level {
        case .trace: 0
        case .debug: 1
        case .info: 2
        case .notice: 3
        case .warning: 4
        case .error: 5
        case .critical: 6
        }
    }

    private static func level(numbered number: UInt64) -> Logger.Level {
        switch number {
        case 0: .trace
        case 1: .debug
        case 2: .info
        case 3: .notice
        case 4: .warning
        case 5: .error
        default: .critical
        }
    }
}
