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

    public init(_ settings: LogSettings) { state = Mutex(settings) }

    public var settings: LogSettings {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    var lowest: Logger.Level { state.withLock { $0.lowest } }

    func takes(_ level: Logger.Level, of part: LogPart) -> Bool { state.withLock { level >= $0.level(of: part) } }
}
