import Logging
import Voicemail

/// The server's log: a line for each event, as text or as JSON, of the parts whose level takes it.
public struct ServerLog: LogHandler {
    private let levels: LogLevels
    /// Writes a line with its end.
    private let write: @Sendable (String, Logger.Level) -> Void
    private let tail: LogTail?

    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    /// What is logged of any part; which of them, is decided when it is known where an event comes from.
    public var logLevel: Logger.Level {
        get { levels.lowest }
        // Levels are those of the settings.
        set { _ = newValue }
    }

    /// - Parameters:
    ///   - tail: keeps the last troubles.
    ///   - write: takes a line, with its end, and its level.
    public init(_ levels: LogLevels, tail: LogTail? = nil, write: @escaping @Sendable (String, Logger.Level) -> Void) {
        self.levels = levels
        self.tail = tail
        self.write = write
    }

    /// - Parameters:
    ///   - stream: where lines go, each with its end.
    ///   - tail: keeps the last troubles.
    public init<Stream: TextOutputStream & Sendable>(_ levels: LogLevels, to stream: Stream, tail: LogTail? = nil) {
        self.init(levels, tail: tail) { line, _ in
            var stream = stream
            stream.write(line)
        }
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let part = LogPart(module: event.source)
        guard levels.takes(event.level, of: part) else { return }
        if let tail, event.level >= LogTail.least { tail.add(event.level, at: SystemClock().now, from: part, said(by: event)) }
        switch levels.format {
        case .text: write(text(of: event), event.level)
        case .json: write(line(of: event, part) + "\n", event.level)
        }
    }

    /// `TIME LEVEL aftertone: KEY=VALUE … [MODULE] MESSAGE`, the facts in order of their names.
    private func text(of event: LogEvent) -> String {
        var facts = facts(of: event)
        if let error = event.error {
            facts["error.message"] = "\(error)"
            facts["error.type"] = "\(String(reflecting: type(of: error)))"
        }
        var line = LogTime.shared.text(at: SystemClock().now.unix)
        line.reserveCapacity(256)
        line += " "
        line += event.level.rawValue
        line += " aftertone:"
        // Most lines have one or none, which want no order.
        for (key, value) in facts.count > 1 ? facts.sorted(by: { $0.key < $1.key }) : Array(facts) {
            line += " "
            line += key
            line += "="
            line += value.description
        }
        line += " ["
        line += event.source
        line += "] "
        line += event.message.description
        line += "\n"
        return line
    }

    /// The message and its facts, in one line.
    private func said(by event: LogEvent) -> String {
        var pieces = [event.message.description]
        if let error = event.error { pieces.append("error=\(error)") }
        return (pieces + facts(of: event).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
    }

    private func facts(of event: LogEvent) -> Logger.Metadata {
        // Most events bring all that there is to say.
        guard !metadata.isEmpty || metadataProvider != nil else { return event.metadata ?? [:] }
        var facts = metadata
        if let provided = metadataProvider?.get() { facts.merge(provided) { $1 } }
        if let given = event.metadata { facts.merge(given) { $1 } }
        return facts
    }

    /// One JSON object: `time`, `level`, `part`, `message`, and the event's facts under their names.
    private func line(of event: LogEvent, _ part: LogPart) -> String {
        var object: JSONObject = [
            "time": .string(SystemClock().now.iso8601), "level": .string(event.level.rawValue), "part": .string(part.rawValue),
            "message": .string("\(event.message)"),
        ]
        var facts = facts(of: event)
        if let error = event.error { facts["error"] = "\(error)" }
        for (key, value) in facts.sorted(by: { $0.key < $1.key }) {
            // A fact that is called as one of the first four keeps them whole.
            object[object[key] == nil ? key : key + "_"] = .string("\(value)")
        }
        return JSON.object(object).encoded
    }
}
