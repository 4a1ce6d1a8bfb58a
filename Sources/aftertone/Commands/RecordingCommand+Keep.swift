import ArgumentParser
import Server
import Voicemail

extension RecordingCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the recordings of an account, in the order they came in.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var period: PeriodOptions
        @Option(help: "Id, name or realm.") var account: String
        @Option(help: ArgumentHelp("Only those of this caller.", valueName: "number")) var from: String?
        @Option(help: ArgumentHelp("Only those of calls to this number.", valueName: "number")) var to: String?
        @OptionGroup var options: ListOptions
        @Option(help: "Passes so many over first.") var skip = 0

        func validate() throws {
            if skip < 0 { throw ValidationError("--skip must be 0 or more") }
        }

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let lookup = Lookup(service: service), account = try await lookup.account(account)
                var query = RecordingQuery(
                    accountID: account.id, from: period.since?.timestamp, to: period.until?.timestamp, caller: from, callee: to, offset: skip,
                    limit: options.first)
                if let after = options.after { query.after = try await lookup.recording(after, of: account).serial }
                try await common.output.list(["id", "name", "started", "from", "to", "type", "duration_ms", "size"], limit: options.limit) {
                    let page = try await service.recordings.list(query).recordings
                    (query.after, query.offset) = (page.last?.serial ?? query.after, 0)
                    return page.map(\.summary)
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a recording.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Argument(help: "Its id, its name or the id of its call.") var recording: String

        func run() async throws {
            try await common.open { installation in
                let lookup = Lookup(service: installation.service)
                common.output.show(try await lookup.recording(recording, of: try await lookup.account(account)).summary)
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Writes the sound of a recording to a file.")

        /// Recordings are not made for a telephone, so there is no GSM.
        enum Form: String, CaseIterable, ExpressibleByArgument {
            case original, wav, mp3
        }

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Argument(help: "Its id, its name or the id of its call.") var recording: String
        @Argument(help: "The file; - is standard output.") var file: String
        @Option(name: .customLong("as"), help: "How: as it came, or converted with its channels kept apart.") var form = Form.original
        @Flag(help: "Replaces a file that is there.") var force = false

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let lookup = Lookup(service: service)
                let account = try await lookup.account(account), recording = try await lookup.recording(recording, of: account)
                let stored = try await service.renditions.sound(of: recording)
                let reader = try await service.renditions.download(of: stored, as: Rendition.Container(rawValue: form.rawValue)).reader
                try await service.audit.noteHeard(recording, in: account)
                try await AudioExport(path: file, replaces: force).write(reader)
                guard file != "-" else { return }
                common.output.show(["id": .string(recording.id), "file": .string(file), "size": .int(reader.size)])
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes recordings for good.", discussion: "Asks first: what is deleted can be brought back only from a backup.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var consent: Consent
        @Option(help: "Id, name or realm.") var account: String
        @Argument(help: "Their ids, their names or the ids of their calls.") var recording: [String]

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let lookup = Lookup(service: service)
                let account = try await lookup.account(account)
                var named: [Recording] = []
                for reference in recording {
                    let found = try await lookup.recording(reference, of: account)
                    if !named.contains(where: { $0.id == found.id }) { named.append(found) }
                }
                try consent.require("deletes \(named.count.counted("recording")) for good")
                for recording in named { try await service.recordings.remove(recording) }
                try await common.output.list(["id", "name"], named.map(\.summary))
            }
        }
    }
}
