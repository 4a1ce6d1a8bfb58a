import CPostgres
import Foundation
import Glibc
import Voicemail

/// One connection, on one thread. Owns libpq's memory; closed when it is let go.
///
/// libpq's own waiting has no end. Everything is sent and received without waiting here, and what is waited for is the socket, for so long.
final class Connection {
    private let handle: OpaquePointer
    /// Told of each time that something is sent and waited for.
    var onTrip: () -> Void = {}
    /// A statement that the server has prepared.
    struct Prepared: Sendable {
        let name: String
        let kinds: [Parameters.Kind]
    }

    /// By their texts.
    private(set) var prepared: [String: Prepared] = [:]

    /// More are not kept prepared: the texts are a fixed set, of fewer.
    private static let mostPrepared = 512

    /// Blocks.
    /// - Throws: `PostgresOpenError.unreachable`.
    init(_ options: PostgresOptions) throws {
        guard Self.settings(of: options.url) != nil else { throw PostgresOpenError.malformedAddress }
        // The last of two values counts, so what must be so stands behind the URL, and what is only better stands before it.
        let settings = [
            ("connect_timeout", String(options.connectSeconds)), ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("fallback_application_name", "aftertone"), ("dbname", options.url), ("client_encoding", "UTF8"),
        ]
        let names = settings.map { strdup($0.0) }, values = settings.map { strdup($0.1) }
        defer { for text in names + values { free(text) } }
        let opened = (names.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { names in
            (values.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { values in
                PQconnectdbParams(names.baseAddress, values.baseAddress, 1)
            }
        }
        guard let opened else { throw PostgresOpenError.unreachable("no memory") }
        handle = opened
        guard PQstatus(opened) == CONNECTION_OK else { throw PostgresOpenError.unreachable(Self.firstLine(PQerrorMessage(opened))) }
        // Notices would go to standard error.
        PQsetNoticeProcessor(opened, { _, _ in }, nil)
        PQsetnonblocking(opened, 1)
    }

    deinit { PQfinish(handle) }

    /// What an address says; nil for one that libpq cannot read. What it would say of that quotes it, with the password.
    static func settings(of address: String) -> [String: String]? {
        guard let parsed = PQconninfoParse(address, nil) else { return nil }
        defer { PQconninfoFree(parsed) }
        var settings: [String: String] = [:]
        var option = parsed
        while let name = option.pointee.keyword {
            if let value = option.pointee.val { settings[String(cString: name)] = String(cString: value) }
            option += 1
        }
        return settings
    }

    var isOpen: Bool { PQstatus(handle) == CONNECTION_OK }
    var isInTransaction: Bool { PQtransactionStatus(handle) != PQTRANS_IDLE }
    var serverVersion: Int { Int(PQserverVersion(handle)) }
    var process: Int32 { PQbackendPID(handle) }

    func setting(_ name: String) -> String { PQparameterStatus(handle, name).map { String(cString: $0) } ?? "" }

    /// Runs statements without parameters, one after the other.
    /// - Returns: the answers to those that were run; behind a failure nothing was.
    /// - Throws: `Interruption`.
    func runScript(_ text: String, within seconds: Int) throws -> [Answer] {
        try answers(within: seconds) { PQsendQuery(handle, text) }
    }

    /// Runs a statement; its rows come in binary.
    func run(_ statement: SQL, within seconds: Int) throws -> Answer {
        if prepared[statement.text] == nil {
            guard prepared.count < Self.mostPrepared else { return try runOnce(statement, within: seconds) }
            let answer = try prepare(statement.text, statement.parameters.kinds, within: seconds)
            if answer.isFailure { return answer }
        }
        return try runPrepared(prepared[statement.text]?.name ?? "", statement.parameters, within: seconds)
    }

    func prepare(_ text: String, _ kinds: [Parameters.Kind], within seconds: Int) throws -> Answer {
        let name = "s\(prepared.count)", types = kinds.map(\.rawValue)
        let answer = try one(of: answers(within: seconds) { PQsendPrepare(handle, name, SQL.numbered(text), Int32(types.count), types) })
        if !answer.isFailure { prepared[text] = Prepared(name: name, kinds: kinds) }
        return answer
    }

    private func runPrepared(_ name: String, _ parameters: Parameters, within seconds: Int) throws -> Answer {
        let formats = [Int32](repeating: 1, count: parameters.count)
        return try one(
            of: answers(within: seconds) {
                parameters.withValues { PQsendQueryPrepared(handle, name, Int32(parameters.count), $0, parameters.lengths, formats, 1) }
            })
    }

    /// The same without preparing it, for what is not run again or cannot be prepared.
    func runOnce(_ statement: SQL, within seconds: Int) throws -> Answer {
        let text = SQL.numbered(statement.text), kinds = statement.parameters.kinds.map(\.rawValue)
        let formats = [Int32](repeating: 1, count: kinds.count)
        return try one(
            of: answers(within: seconds) {
                statement.parameters.withValues {
                    PQsendQueryParams(handle, text, Int32(kinds.count), kinds, $0, statement.parameters.lengths, formats, 1)
                }
            })
    }

    // MARK: Waiting

    /// The connection cannot be used any more.
    struct Interruption: Error { let reason: String }

    private func one(of answers: [Answer]) throws -> Answer {
        // Behind a failure that ended the connection there may be another that says that it has ended.
        guard let answer = answers.first(where: \.isFailure) ?? answers.last else { throw interruption() }
        return answer
    }

    private func answers(within seconds: Int, _ send: () -> Int32) throws -> [Answer] {
        onTrip()
        let end = ContinuousClock.now + .seconds(seconds)
        guard send() == 1 else { throw interruption() }
        while true {
            let left = PQflush(handle)
            guard left >= 0 else { throw interruption() }
            if left == 0 { break }
            try wait(for: POLLIN | POLLOUT, until: end)
            guard PQconsumeInput(handle) == 1 else { throw interruption() }
        }
        var found: [Answer] = []
        while true {
            while PQisBusy(handle) == 1 {
                try wait(for: POLLIN, until: end)
                // What the server said last, a reason for leaving for example, is in an answer.
                if PQconsumeInput(handle) != 1 { break }
            }
            guard let result = PQgetResult(handle) else { break }
            found.append(Answer(result))
            if !isOpen { break }
        }
        if found.isEmpty { throw interruption() }
        return found
    }

    private func wait(for events: Int32, until end: ContinuousClock.Instant) throws {
        var socket = pollfd(fd: PQsocket(handle), events: Int16(truncatingIfNeeded: events), revents: 0)
        while true {
            let left = end - .now
            guard left > .zero else { throw Interruption(reason: "the database does not answer") }
            let milliseconds = Int32(clamping: Int64(left / .milliseconds(1)) + 1)
            let found = poll(&socket, 1, milliseconds)
            if found > 0 { return }
            guard found == 0 || errno == EINTR else { throw Interruption(reason: String(cString: strerror(errno))) }
        }
    }

    private func interruption() -> Interruption { Interruption(reason: Self.firstLine(PQerrorMessage(handle))) }

    /// libpq's messages may have several lines, and end with one.
    private static func firstLine(_ text: UnsafeMutablePointer<CChar>?) -> String {
        let message = text.map { String(cString: $0) } ?? ""
        let lines = message.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        return lines.isEmpty ? "the connection was lost" : lines.joined(separator: "; ")
    }
}
