import ArgumentParser
import Server
import Voicemail

struct GreetingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "greeting", abstract: "Greetings of mailboxes, and the prompts of an account.",
        discussion: "With --mailbox they are that mailbox's; without it, the account's prompts.", subcommands: [List.self, Add.self, Use.self, Delete.self])

    /// Whose greetings are meant.
    struct Place: ParsableArguments {
        @Option(help: "Id, name or realm.") var account: String
        @Option(help: "Number or id.") var mailbox: String?

        func find(_ lookup: Lookup) async throws -> (Account, GreetingShelf) {
            let account = try await lookup.account(account)
            guard let mailbox else { return (account, .prompts(account: account)) }
            return (account, .mailbox(try await lookup.mailbox(mailbox, of: account)))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists greetings, the newest first.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var place: Place

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let (_, shelf) = try await place.find(Lookup(service: service))
                var inUse: Int?
                if case .mailbox(let mailbox) = shelf { inUse = try await service.greetings.inForce(of: mailbox)?.serial }
                try await common.output.list(
                    ["id", "name", "in_use", "speech"],
                    try await service.greetings.list(on: shelf).map { greeting in
                        [
                            "id": .string(greeting.id), "name": .string(greeting.fileName), "in_use": .bool(greeting.serial == inUse),
                            "speech": .bool(greeting.isSynthesized),
                        ]
                    })
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Adds a greeting from an audio file.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var place: Place
        @Option(help: "What it is called, with .wav, .mp3 or .gsm at the end (default: the file's name).") var name: String?
        @Flag(help: "Takes the place of one of that name.") var replace = false
        @Flag(help: "Callers of the mailbox hear it from now on.") var use = false
        @Argument(help: "WAV, MP3, GSM, Ogg or FLAC; - is standard input.") var file: String

        func validate() throws {
            if use, place.mailbox == nil { throw ValidationError("--use needs --mailbox") }
            guard GreetingName.isFileName(name ?? AudioFile(path: file).name) else {
                throw ValidationError("the greeting needs a name that ends in .wav, .mp3 or .gsm; say it with --name")
            }
        }

        func run() async throws {
            try await common.open(for: .storesAudio) { installation in
                let service = installation.service
                let (_, shelf) = try await place.find(Lookup(service: service))
                let file = AudioFile(path: file)
                let name = name ?? file.name
                do {
                    let greeting = try await service.greetings.put(
                        name, audio: try await file.store(in: installation), origin: .upload, on: shelf, replacing: replace)
                    if use, case .mailbox(let mailbox) = shelf { try await service.greetings.choose(name, of: mailbox) }
                    common.output.show(["id": .string(greeting.greeting.id), "name": .string(name), "in_use": .bool(use)])
                } catch VoicemailError.conflict {
                    throw Refusal("there is a greeting \(name) already; --replace takes its place")
                }
            }
        }
    }

    struct Use: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Chooses the greeting that callers of a mailbox hear.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Option(help: "Number or id.") var mailbox: String
        @Flag(help: "The standard one.") var standard = false
        @Argument(help: "Its name, as `greeting list` shows it.") var greeting: String?

        func validate() throws {
            guard standard == (greeting == nil) else { throw ValidationError("Give the greeting's name, or --standard") }
        }

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let lookup = Lookup(service: service)
                let mailbox = try await lookup.mailbox(mailbox, of: try await lookup.account(account))
                if let greeting { _ = try await lookup.greeting(greeting, on: .mailbox(mailbox)) }
                let changed = try await service.greetings.choose(greeting, of: mailbox)
                common.output.show(["id": .string(changed.id), "number": .string(changed.number), "greeting": greeting.map { .string($0) } ?? .null])
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes a greeting.",
            discussion: "Callers of a mailbox that used it hear the standard one. The file can be added again, the greeting not be brought back.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var place: Place
        @Argument(help: "Its name, as `greeting list` shows it.") var greeting: String

        func run() async throws {
            try await common.open { installation in
                let service = installation.service
                let lookup = Lookup(service: service)
                let (_, shelf) = try await place.find(lookup)
                let found = try await lookup.greeting(greeting, on: shelf)
                try await service.greetings.remove(greeting, on: shelf)
                common.output.show(["id": .string(found.greeting.id), "name": .string(greeting)])
            }
        }
    }
}
