import ArgumentParser
import Foundation
import Server
import Voicemail

struct RecordingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recording", abstract: "Call recordings.", subcommands: [Add.self, List.self, Show.self, Export.self, Delete.self])

    /// Which way a call went.
    enum Direction: String, CaseIterable, ExpressibleByArgument {
        case Internal, Inbound, Outbound
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stores a recording from an audio file.",
            discussion: """
                What is not said is read from the file's name, if it is composed as a PBX does: \
                20220412173331-1649756009.12-2002-2005-Internal.wav or exten-101-106-20200505-042135-1588641695.1772.wav. The same \
                file is stored once, however often it is added.
                """)

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Option(help: "The caller's number.") var from: String?
        @Option(help: "The caller's name.") var fromName: String?
        @Option(help: "The called number.") var to: String?
        @Option(help: "The called party's name.") var toName: String?
        @Option(help: "Which way the call went.") var type: Direction?
        @Option(help: ArgumentHelp("When the call began, in RFC 3339.", valueName: "time"), transform: Moment.parse) var at: Moment?
        @Option(help: "The PBX's name of the call.") var callID: String?
        @Argument(help: "WAV, MP3, GSM, Ogg or FLAC; - is standard input, which has no name and is stored anew each time.") var file: String

        func run() async throws {
            try CallParty(number: from, name: fromName).judge(number: "--from", name: "--from-name")
            try CallParty(number: to, name: toName).judge(number: "--to", name: "--to-name")
            try await common.open(for: .storesAudio) { installation in
                let service = installation.service
                let account = try await Lookup(service: service).account(account)
                let file = AudioFile(path: file)
                let draft = try draft(of: file, zone: service.mailboxes.timeZone(of: account))
                let audio = try await file.store(in: installation, limit: service.limits.maximumRecordingBytes)
                let recording = try await service.recordings.add(draft, audio: audio, in: account)
                common.output.show(recording.summary, ["id", "name", "started", "from", "to", "type", "duration_ms"])
            }
        }

        private func draft(of file: AudioFile, zone: TimeZone) throws -> RecordingDraft {
            let name = RecordingName(parsing: file.name)
            guard from ?? name.caller != nil, to ?? name.callee != nil else {
                throw Refusal("the name of the file does not tell who called whom; say it with --from and --to")
            }
            var draft = try RecordingDraft(parameters, fileName: file.name, zone: zone, isComplete: true)
            if file.isStandardInput { draft.source = nil }
            return draft
        }

        private var parameters: RecordingParameters {
            var parameters = RecordingParameters()
            parameters.caller = from
            parameters.callerName = fromName
            parameters.callee = to
            parameters.calleeName = toName
            parameters.direction = type?.rawValue
            parameters.started = at?.timestamp
            parameters.callID = callID
            return parameters
        }
    }
}
