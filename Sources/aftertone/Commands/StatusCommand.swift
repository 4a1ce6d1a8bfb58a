import ArgumentParser
import Server
import Voicemail

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tells what runs, since when, whether it is ready, what is there and what waits.",
        discussion: "Ends with status 1 when no server works on the data directory, or when the one that does is not ready or does not say.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await common.open { installation in
            let status = try await ServerStatus.look(at: installation)
            if common.json {
                common.output.show(status.asStatus(in: installation.directory.path))
            } else {
                let rows = status.rows(in: installation.directory.path)
                let width = rows.map(\.0.count).max() ?? 0
                for (name, text) in rows { Terminal.print(name + ":" + String(repeating: " ", count: width - name.count + 1) + Terminal.visible(text)) }
            }
            guard status.readiness == .ready else { throw Refusal(status.trouble) }
        }
    }
}

extension ServerStatus {
    fileprivate var trouble: String {
        switch readiness {
        case nil: "no server is running"
        case .ready: ""
        case .unready(let reasons): "the server is not ready: " + reasons.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "; ")
        case .unknown(let reason): "whether the server is ready is not known: \(reason)"
        }
    }

    fileprivate func rows(in directory: String) -> [(String, String)] {
        var rows = [("version", Version.number), ("data", directory)]
        if let server {
            rows.append(("server", "process \(server.id), since \(server.since.iso8601) (\(Self.words(now.unix - server.since.unix)))"))
            rows.append(("ready", readiness == .ready ? "yes" : trouble))
        } else {
            rows.append(("server", "none is running"))
        }
        func count(_ kind: DocumentKind) -> Int { census.documents[kind] ?? 0 }
        rows.append(("accounts", "\(count(.account)), with \(count(.user).counted("user")) and \(count(.mailbox).counted("mailbox", "mailboxes"))"))
        rows.append(("messages", "\(census.messages.total), \(census.messages.new) of them new"))
        rows.append(("recordings", "\(census.recordings.count), \(Self.bytes(census.recordings.bytes))"))
        var outbox = "\(census.deliveries.pending) waiting, \(census.deliveries.dead) given up"
        if let age = age(of: census.oldestDelivery) { outbox += "; the oldest waits for \(Self.words(age))" }
        if let age = age(of: census.oldestEvent), age > 60 { outbox += "; events have waited for \(Self.words(age)) to be looked at" }
        rows.append(("outbox", outbox))
        for (name, holds) in registrations.sorted(by: { $0.key < $1.key }) {
            rows.append(("registration", name + (holds ? ", holds" : ", does not hold; the log says why")))
        }
        rows.append(("database", Self.bytes(disk.database)))
        rows.append(("disk", "\(Self.bytes(disk.free)) of \(Self.bytes(disk.size)) free, \(Self.bytes(disk.reserve)) of them kept in reserve"))
        return rows
    }

    fileprivate func asStatus(in directory: String) -> JSONObject {
        var object: JSONObject = ["id": "status", "version": .string(Version.number), "data": .string(directory), "running": .bool(server != nil)]
        if let server {
            object["process"] = .string(server.id)
            object["since"] = .string(server.since.iso8601)
            object["uptime_seconds"] = .int(max(0, now.unix - server.since.unix))
        }
        switch readiness {
        case nil: object["ready"] = false
        case .ready: object["ready"] = true
        case .unready(let reasons):
            object["ready"] = false
            object["reasons"] = .object(JSONObject(uniqueKeysWithValues: reasons.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        case .unknown(let reason):
            object["ready"] = .null
            object["reasons"] = ["status": .string(reason)]
        }
        for kind in DocumentKind.allCases {
            object[kind == .greeting ? "greetings" : kind == .mailbox ? "mailboxes" : "\(kind.rawValue)s"] = .int(census.documents[kind] ?? 0)
        }
        object["messages"] = ["new": .int(census.messages.new), "saved": .int(census.messages.saved)]
        object["recordings"] = ["count": .int(census.recordings.count), "bytes": .int(census.recordings.bytes)]
        object["outbox"] = [
            "pending": .int(census.deliveries.pending), "dead": .int(census.deliveries.dead),
            "oldest_seconds": age(of: census.oldestDelivery).map { .int($0) } ?? .null,
            "unplanned_seconds": age(of: census.oldestEvent).map { .int($0) } ?? .null,
        ]
        object["registrations"] = .array(
            registrations.sorted { $0.key < $1.key }.map { ["registration": .string($0.key), "registered": .bool($0.value)] })
        object["disk"] = ["free": .int(disk.free), "size": .int(disk.size), "reserve": .int(disk.reserve), "database": .int(disk.database)]
        return object
    }

    private func age(of time: Timestamp?) -> Int? { time.map { max(0, now.unix - $0.unix) } }

    /// `3 days 4 h`, `25 min`, `12 s`.
    private static func words(_ seconds: Int) -> String {
        switch max(0, seconds) {
        case let seconds where seconds < 120: "\(seconds) s"
        case let seconds where seconds < 7_200: "\(seconds / 60) min"
        case let seconds where seconds < 172_800: "\(seconds / 3_600) h"
        case let seconds: "\(seconds / 86_400) days \(seconds % 86_400 / 3_600) h"
        }
    }

    /// `512 bytes`, `3.4 MiB`.
    private static func bytes(_ count: Int) -> String {
        var value = Double(count), unit = 0
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"]
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return unit == 0 ? "\(count) bytes" : "\((value * 10).rounded() / 10) \(units[unit])"
    }
}
