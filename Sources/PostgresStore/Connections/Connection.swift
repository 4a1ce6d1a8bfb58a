import CPostgres
import Foundation
import Glibc
import Voicemail

/// One connection, of one thread at a time. Owns libpq's memory; closed when it is let go.
///
/// libpq's own waiting has no end. Everything is sent and received without waiting here, and what is waited for is the socket, for so long.
final class Connection {
    let handle: OpaquePointer
    /// Whether something was sent whose answer was not taken.
    private var isOwed = false
    private final class Heard { var warnings = 0 }

    private let heard = Heard()
    /// Told of each time that something is sent and waited for.
    var onTrip: () -> Void = {}
    var prepared = PreparedStatements()

    /// Blocks.
    /// - Throws: `PostgresOpenError.unreachable`.
    init(_ options: PostgresOptions) throws {
        guard let address = DatabaseAddress(options.url) else { throw PostgresOpenError.malformedAddress }
        // The last of two values counts, so what must be so stands behind the URL, and what is only better stands before it.
        var settings = [
            ("connect_timeout", String(options.connectSeconds)), ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("fallback_application_name", "aftertone"), ("dbname", options.url), ("client_encoding", "UTF8"),
        ]
        // Of several hosts the first that answers may be a standby.
        if address.namesSeveralHosts { settings.insert(("target_session_attrs", "read-write"), at: 0) }
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
        // By itself libpq writes them to standard error. It holds no more than the address of what counts them, which is let go behind it.
        PQsetNoticeReceiver(
            opened,
            { heard, notice in
                guard let heard, let severity = aftertone_postgres_severity(notice), strcmp(severity, "WARNING") == 0 else { return }
                Unmanaged<Heard>.fromOpaque(heard).takeUnretainedValue().warnings += 1
            }, Unmanaged.passUnretained(heard).toOpaque())
        PQsetnonblocking(opened, 1)
    }

    deinit { PQfinish(handle) }

    /// A standby shows what was, and takes no changes.
    /// - Throws: `PostgresOpenError.readOnly`, `Interruption`.
    func refuseStandby(within seconds: Int) throws {
        var standby = setting("in_hot_standby")
        // Before PostgreSQL 14, and by a pooler, it is not told.
        if standby.isEmpty {
            standby = try runScript("SELECT CASE WHEN pg_is_in_recovery() THEN 'on' ELSE 'off' END", within: seconds).first?.first?.text(0) ?? ""
        }
        guard standby == "off" else { throw PostgresOpenError.readOnly }
    }

    var isOpen: Bool { PQstatus(handle) == CONNECTION_OK }
    var isInTransaction: Bool { PQtransactionStatus(handle) != PQTRANS_IDLE }
    var serverVersion: Int { Int(PQserverVersion(handle)) }
    /// How many warnings have come.
    var warnings: Int { heard.warnings }
    var process: Int32 { PQbackendPID(handle) }

    func setting(_ name: String) -> String { PQparameterStatus(handle, name).map { String(cString: $0) } ?? "" }

    /// Runs statements without parameters, one after the other.
    /// - Returns: the answers to those that were run; behind a failure nothing was.
    /// - Throws: `Interruption`.
    func runScript(_ text: String, within seconds: Int) throws -> [Answer] {
        try settle(within: seconds)
        return try answers(within: seconds) { PQsendQuery(handle, text) }
    }

    func prepare(_ text: String, _ kinds: [Parameters.Kind], within seconds: Int) throws -> Answer {
        let name = prepared.nextName() ?? "", types = kinds.map(\.rawValue)
        let answer = try one(of: answers(within: seconds) { PQsendPrepare(handle, name, SQL.numbered(text), Int32(types.count), types) })
        if !answer.isFailure { prepared.keep(PreparedStatements.Statement(name: name, kinds: kinds), for: text) }
        return answer
    }

    func sendPrepared(_ name: String, _ parameters: Parameters) -> Int32 {
        parameters.withValues { PQsendQueryPrepared(handle, name, Int32(parameters.count), $0.values, $0.lengths, $0.formats, 1) }
    }

    /// Runs a statement without preparing it, for what is not run again or cannot be prepared; its rows come in binary.
    func runOnce(_ statement: SQL, within seconds: Int) throws -> Answer {
        try settle(within: seconds)
        return try one(of: answers(within: seconds) { sendOnce(statement) })
    }

    func sendOnce(_ statement: SQL) -> Int32 {
        let kinds = statement.parameters.kinds.map(\.rawValue)
        return statement.parameters.withValues {
            PQsendQueryParams(handle, SQL.numbered(statement.text), Int32(kinds.count), kinds, $0.values, $0.lengths, $0.formats, 1)
        }
    }

    /// Sends a statement without parameters, to whose answer nobody looks before something else is sent.
    func post(_ text: String) throws {
        guard PQsendQuery(handle, text) == 1, PQflush(handle) >= 0 else { throw interruption() }
        isOwed = true
    }

    /// Takes what is still to be answered.
    func settle(within seconds: Int) throws {
        guard isOwed else { return }
        isOwed = false
        let answer = try one(of: answers(within: seconds, isTrip: false) { 1 })
        if answer.isFailure { throw Interruption(reason: "a transaction did not end: \(answer.message)") }
    }

    // MARK: Waiting

    /// The connection cannot be used any more.
    struct Interruption: Error { let reason: String }

    private func one(of answers: [Answer]) throws -> Answer {
        // Behind a failure that ended the connection there may be another that says that it has ended.
        guard let answer = answers.first(where: \.isFailure) ?? answers.last else { throw interruption() }
        return answer
    }

    /// - Parameters:
    ///   - untilSync: whether several statements were sent, with a mark behind them.
    ///   - isTrip: false where it was sent earlier, and its answer is taken by the way.
    func answers(within seconds: Int, untilSync: Bool = false, isTrip: Bool = true, _ send: () -> Int32) throws -> [Answer] {
        if isTrip { onTrip() }
        let end = ContinuousClock.now + .seconds(seconds)
        guard send() == 1 else { throw interruption() }
        while true {
            let left = PQflush(handle)
            guard left >= 0 else { throw interruption() }
            if left == 0 { break }
            try wait(for: POLLIN | POLLOUT, until: end)
            guard PQconsumeInput(handle) == 1 else { throw interruption() }
        }
        var found: [Answer] = [], gaps = 0
        while true {
            while PQisBusy(handle) == 1 {
                try wait(for: POLLIN, until: end)
                // The server's last words, its reason for closing for example, are in an answer.
                if PQconsumeInput(handle) != 1 { break }
            }
            guard let result = PQgetResult(handle) else {
                // Several statements have a gap behind each answer, and never two.
                gaps += 1
                guard untilSync, isOpen, gaps == 1 else { break }
                continue
            }
            gaps = 0
            let answer = Answer(result)
            if answer.isSync { break }
            if !answer.wasLeftOut { found.append(answer) }
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

    func interruption() -> Interruption { Interruption(reason: Self.firstLine(PQerrorMessage(handle))) }

    /// libpq's messages may have several lines, and end with one.
    private static func firstLine(_ text: UnsafeMutablePointer<CChar>?) -> String {
        let message = text.map { String(cString: $0) } ?? ""
        let lines = message.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        return lines.isEmpty ? "the connection was lost" : lines.joined(separator: "; ")
    }
}
