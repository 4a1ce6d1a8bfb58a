import ArgumentParser
import Server
import Voicemail

extension MessageCommand {
    struct PlayToFile: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "play-to-file", abstract: "Writes the sound of a message to a file.",
            discussion: "The message stays as it is: who listens this way has not heard it for its owner.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "Its id.") var message: String
        @Argument(help: "The file; - is standard output.") var file: String
        @Option(name: .customLong("as"), help: "How: as it was left, or converted.") var form = AudioExport.Form.original
        @Flag(help: "Replaces a file that is there.") var force = false

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let lookup = Lookup(service: service), message = try await lookup.message(message)
                let reader =
                    if let rendition = form.rendition { try await service.renditions.rendition(of: message, rendition).reader } else {
                        try await service.messages.audio(of: message).0
                    }
                try await service.audit.noteHeard(message, in: try await lookup.account(message.accountID))
                try await AudioExport(path: file, replaces: force).write(reader)
                guard file != "-" else { return }
                common.output.show(["id": .string(message.monthID), "file": .string(file), "size": .int(reader.size)])
            }
        }
    }

    struct File: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Files messages in a folder.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Where: new, saved or deleted.") var folder: Folder
        @Argument(help: "Their ids.") var message: [String]

        func run() async throws {
            try await common.open { installation in
                let service = installation.service, lookup = Lookup(service: service)
                let named = try await NamedMessages(message, lookup, find: lookup.message)
                let outcome = try await named.change { try await service.messages.file($0.ids, of: $0.mailboxID, in: folder, account: $0.account) }
                try await common.output.list(["id", "folder"], outcome.succeeded.map { ["id": .string($0.id), "folder": .string(folder.rawValue)] })
                try outcome.requireAll()
            }
        }
    }

    struct Move: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Moves messages to another mailbox of their account.", discussion: "There they are new messages, with ids of their own.")

        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("Where: number or id.", valueName: "mailbox")) var to: String
        @Argument(help: "Their ids.") var message: [String]

        func run() async throws {
            try await common.open { installation in
                let service = installation.service, lookup = Lookup(service: service)
                let named = try await NamedMessages(message, lookup, find: lookup.message)
                var targets: [String] = []
                for part in named.parts { targets.append(try await lookup.mailbox(to, of: part.account).id) }
                var target = targets.makeIterator()
                let outcome = try await named.change { part in
                    try await service.messages.move(part.ids, of: part.mailboxID, to: target.next() ?? to, account: part.account)
                }
                try await common.output.list(["id", "was"], outcome.succeeded.map { ["id": .string($0.result), "was": .string($0.id)] })
                try outcome.requireAll()
            }
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Brings deleted messages back to the mailbox they were in.",
            discussion:
                "`message list --trash` shows what can be brought back, for as many days as retention.trash_days says. Nobody is told of it as of a new message."
        )

        @OptionGroup var common: CommonOptions
        @Option(help: "Where: new or saved.") var folder = Folder.saved
        @Argument(help: "Their ids.") var message: [String]

        func validate() throws {
            if folder == .deleted { throw ValidationError("--folder must be new or saved") }
        }

        func run() async throws {
            try await common.open { installation in
                let service = installation.service, lookup = Lookup(service: service)
                let named = try await NamedMessages(message, lookup, find: lookup.removedMessage)
                let outcome = try await named.change { part in
                    var outcome = BatchOutcome()
                    for id in part.ids {
                        let place = MessagePlace(mailboxID: part.mailboxID, monthID: id)
                        do {
                            outcome.succeeded.append(try await service.messages.restore(place, to: folder, account: part.account).monthID)
                        } catch VoicemailError.notFound(part.mailboxID) {
                            throw Refusal("the mailbox of \(id) is deleted; aftertone mailbox restore brings it back with its messages")
                        } catch VoicemailError.expired {
                            outcome.failed.append((id, .priorToRetention))
                        }
                    }
                    return outcome
                }
                try await common.output.list(["id", "folder"], outcome.succeeded.map { ["id": .string($0.id), "folder": .string(folder.rawValue)] })
                try outcome.requireAll()
            }
        }
    }
}

extension Folder: ExpressibleByArgument {}
