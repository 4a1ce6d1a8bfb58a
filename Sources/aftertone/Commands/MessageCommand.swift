import ArgumentParser
import Notifications
import Server
import Voicemail

struct MessageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "message", abstract: "Messages.",
        subcommands: [Add.self, List.self, Show.self, PlayToFile.self, File.self, Move.self, Delete.self, Restore.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Leaves a message from an audio file, as a caller would.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Id, name or realm.") var account: String
        @Option(help: "Number or id.") var mailbox: String
        @Option(help: "The caller's number.") var from: String
        @Option(help: "The caller's name.") var name: String?
        @Option(help: ArgumentHelp("When it was left, in RFC 3339 (default: now).", valueName: "time"), transform: Moment.parse) var at: Moment?
        @Flag(
            inversion: .prefixedNo,
            help: "Tells those who want to know of new messages, as if a caller had left it, or nobody (default: as the account says, else the server).")
        var notify: Bool?
        @Argument(help: "WAV, MP3, GSM, Ogg or FLAC; - is standard input.") var file: String

        func run() async throws {
            try CallParty(number: from, name: name).judge(number: "--from", name: "--name")
            try await common.open(for: .storesAudio) { installation in
                let lookup = Lookup(service: installation.service)
                let account = try await lookup.account(account)
                let mailbox = try await lookup.mailbox(mailbox, of: account)
                let audio = try await AudioFile(path: file).store(in: installation)
                let draft = MessageDraft(callerName: name, callerNumber: from, timestamp: at?.timestamp)
                let message = try await installation.service.messages.deposit(
                    draft, mailboxID: mailbox.id, in: account, audio: audio, from: .administrator(tells: notify))
                common.output.show(message.asMessage, ["id", "timestamp", "from", "to", "length_ms"])
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a message.")

        @OptionGroup var common: CommonOptions
        @Option(help: "Only if it is of this account: id, name or realm.") var account: String?
        @Option(help: "Only if it is in this mailbox: number or id.") var mailbox: String?
        @Argument(help: "Its id.") var message: String

        func validate() throws {
            if mailbox != nil, account == nil { throw ValidationError("--mailbox needs --account") }
        }

        func run() async throws {
            try await common.open { installation in
                let lookup = Lookup(service: installation.service)
                let message = try await lookup.message(message)
                if let account {
                    let account = try await lookup.account(account)
                    guard message.accountID == account.id else { throw Refusal("there is no message \(Terminal.typed(self.message)) in the account") }
                    if let mailbox, try await lookup.mailbox(mailbox, of: account).id != message.mailboxID {
                        throw Refusal("there is no message \(Terminal.typed(self.message)) in the mailbox")
                    }
                }
                var shown = message.asMessage
                let mails = try await MessageMailChannel.deliveries(of: message, installation.service.outbox)
                if !mails.isEmpty { shown["mails"] = .array(mails.map { .object($0.asMail) }) }
                common.output.show(shown)
            }
        }
    }
}

extension CallParty {
    /// - Throws: `VoicemailError.invalid`, with the options that the number and the name came from.
    func judge(number: String, name: String) throws(VoicemailError) {
        let violations = violations(number: number, name: name)
        guard violations.isEmpty else { throw .invalid(violations) }
    }
}

extension Delivery {
    /// What is shown of a mail with its message: whom it is for, and how it stands.
    fileprivate var asMail: JSONObject {
        [
            "to": payload["to"] ?? .null, "state": .string(state == .pending ? "waiting" : "given_up"), "attempts": .int(attempts),
            "due": .string(due.iso8601), "failure": .string(failure), "delivery": .string(id),
        ]
    }
}

extension Message {
    /// The fields that the command line prints. Its id is the one that KAZOO clients know it by.
    var asMessage: JSONObject {
        var object: JSONObject = [
            "id": .string(monthID), "media_id": .string(monthID), "account_id": .string(accountID), "mailbox_id": .string(mailboxID),
            "folder": .string(folder.rawValue), "timestamp": .string(timestamp.iso8601), "caller_id_number": .string(callerNumber),
            "caller_id_name": .string(callerName), "from": .string(from), "to": .string(to), "call_id": .string(callID),
            "length_ms": .int(lengthMilliseconds),
        ]
        if let reception { object["reception"] = reception.json }
        if !notices.isEmpty { object["notices"] = Notice.json(notices) }
        if let audio {
            object["content_type"] = .string(audio.contentType)
            object["size"] = .int(audio.size)
            object["file_name"] = .string(audio.fileName)
            object["blob_id"] = .string(audio.blobID.hex)
        }
        return object
    }
}
