import ArgumentParser
import Server
import Voicemail

struct EraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Removes for good what there is of a caller.",
        discussion: """
            The messages that he left, those in the trash too, the recordings of calls that he made or took, and what was noted of them to be told to \
            others, with the audio. It asks first: nothing of it can be brought back. Where a hold covers any of it, nothing is removed. What was told \
            to others, such as mail that was sent, and what is in backups, is out of its reach.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var consent: Consent
    @Option(help: "His number, in any form.") var number: String
    @Option(help: "Only in this account: id, name or realm.") var account: String?
    @Flag(help: "Shows what would be removed, and removes nothing.") var dryRun = false

    func validate() throws {
        if number.isEmpty { throw ValidationError("--number is empty") }
    }

    func run() async throws {
        try await common.open { installation in
            let service = installation.service
            var accounts: [String]
            if let account {
                accounts = [try await Lookup(service: service).account(account).id]
            } else {
                accounts = try await service.erasures.accountIDs()
            }
            // All are looked through first: where something is held, nothing goes anywhere.
            var meant: [Erasure] = []
            for account in accounts {
                let found = try await service.erasures.find(number, in: account)
                if !found.isEmpty { meant.append(found) }
            }
            if !dryRun, let counts = Self.words(meant) { try consent.require("removes \(counts) of \(number) for good") }
            var erased: [Erasure] = []
            for found in meant { erased.append(dryRun ? found : try await service.erasures.erase(number, in: found.accountID)) }
            report(erased, at: service.clock.now)
        }
    }

    private static func words(_ found: [Erasure]) -> String? {
        Consent.listed([
            found.reduce(0) { $0 + $1.messages.count }.some("message"), found.reduce(0) { $0 + $1.recordings.count }.some("recording"),
            found.reduce(0) { $0 + $1.events }.some("event"), found.reduce(0) { $0 + $1.deliveries }.some("delivery", "deliveries"),
            found.reduce(0) { $0 + $1.notes }.some("note beside the audit log", "notes beside the audit log"),
        ])
    }

    private func report(_ erased: [Erasure], at now: Timestamp) {
        var object: JSONObject = [
            "number": .string(number), "removed": .bool(!dryRun && !erased.isEmpty), "messages": .int(erased.reduce(0) { $0 + $1.messages.count }),
            "recordings": .int(erased.reduce(0) { $0 + $1.recordings.count }), "events": .int(erased.reduce(0) { $0 + $1.events }),
            "deliveries": .int(erased.reduce(0) { $0 + $1.deliveries }), "notes": .int(erased.reduce(0) { $0 + $1.notes }),
        ]
        object["accounts"] = .array(
            erased.map { ["account_id": .string($0.accountID), "message_ids": JSON($0.messages), "recording_ids": JSON($0.recordings)] })
        let remains = "backups made before \(now.iso8601) still have it: after restoring one, run this again"
        object["backups"] = dryRun ? .null : .string(remains)
        common.output.show(object, ["number", "removed", "messages", "recordings", "events", "deliveries", "notes", "backups"])
    }
}
