import Audio
import KazooAPI
import NIOCore
import Server
import Voicemail
import YeastarPSeriesAPI
import YeastarSSeriesAPI

/// What the demonstration has to show: a company with two people, their mailboxes, greetings and messages.
struct DemoWorld: Sendable {
    struct Person: Sendable {
        let username: String
        let password: String
        let mailbox: Mailbox
        /// Newest first.
        let messages: [Message]
    }

    let account: Account
    let apiKey: String
    /// Of the P-Series interface.
    let application: IssuedCredential
    /// Of the S-Series interface.
    let apiUser: (name: String, password: String)
    let people: [Person]
    /// The number of the box that they share.
    let groupNumber: String
    let recordings: [Recording]

    /// Makes it all, as a client would, but quicker.
    static func make(in service: VoicemailService) async throws -> DemoWorld {
        var company = AccountSettings(name: "Demo Company")
        company.realm = "demo.aftertone.invalid"
        let account = try await service.accounts.create(company, below: nil)
        let key = try await service.access.issueKey(CredentialDraft(.kazoo, name: "demo"), in: account)
        let user = try await APIUsers(service).create(name: "demo", in: account)
        let builder = DemoBuilder(service: service, account: account)
        let people = [
            try await builder.person("anna", "Anna Berg", number: "1001", callers: DemoBuilder.callers, seed: 1),
            try await builder.person("ben", "Ben Castle", number: "1002", callers: Array(DemoBuilder.callers.prefix(2)), seed: 100),
        ]
        let group = try await builder.group("6300", "Sales", of: people.map(\.mailbox))
        return DemoWorld(
            account: account, apiKey: key.secret, application: try await Applications(service).create(name: "demo", in: account),
            apiUser: (user.credential.handle, user.secret), people: people,
            groupNumber: group.number, recordings: try await builder.recordings(of: people.map(\.mailbox)))
    }
}

extension DemoWorld {
    /// What scripts are told: everything there is to log in with.
    func asDemo(at address: ListenAddress) -> JSONObject {
        [
            "web": .string("\(address)/"), "id": .string(account.id), "name": .string(account.name), "realm": .string(account.realm),
            "api_key": .string(apiKey),
            "client_id": .string(application.credential.handle), "client_secret": .string(application.secret),
            "username": .string(apiUser.name), "password": .string(apiUser.password),
            "users": .array(
                people.map { person in
                    [
                        "username": .string(person.username), "password": .string(person.password), "mailbox": .string(person.mailbox.number),
                        "mailbox_id": .string(person.mailbox.id),
                    ]
                }),
        ]
    }
}

/// Fills an account.
private struct DemoBuilder {
    struct Caller {
        let name: String
        let number: String
        /// Before now.
        let hours: Int
        let seconds: Double
        let format: FileFormat
        let folder: Folder
    }

    static let callers = [
        Caller(name: "Clara Dunn", number: "+35315550101", hours: 1, seconds: 7, format: .wavPCM16, folder: .new),
        Caller(name: "Front Desk", number: "1000", hours: 5, seconds: 4, format: .wavMuLaw, folder: .new),
        Caller(name: "Emil Frost", number: "+15555550112", hours: 30, seconds: 12, format: .mp3, folder: .saved),
        Caller(name: "anonymous", number: "anonymous", hours: 76, seconds: 3, format: .wavGSM, folder: .new),
    ]

    let service: VoicemailService
    let account: Account

    func person(_ username: String, _ name: String, number: String, callers: [Caller], seed: UInt64) async throws -> DemoWorld.Person {
        let names = name.split(separator: " ").map(String.init)
        let password = Secrets.randomText(12)
        var settings = UserSettings(username: username, password: password)
        (settings.firstName, settings.lastName, settings.isAdministrator) = (names[0], names[1], true)
        let user = try await service.users.create(settings, in: account)
        let greeting = try await greeting("Greeting of \(name)", seed: seed)
        var box = MailboxSettings(number: number, name: name)
        (box.ownerID, box.pin, box.isSetUp, box.greetingInForceID) = (user.id, PIN(Self.pin()), true, greeting.id)
        let mailbox = try await service.mailboxes.create(box, in: account)
        var messages: [Message] = []
        for (index, caller) in callers.enumerated() {
            messages.append(try await message(of: caller, to: mailbox, seed: seed + UInt64(index) + 1))
        }
        return DemoWorld.Person(username: username, password: password, mailbox: mailbox, messages: messages)
    }

    /// A box that all share, with a message in it.
    func group(_ number: String, _ name: String, of members: [Mailbox]) async throws -> Mailbox {
        let mailbox = try await service.mailboxes.create(MailboxSettings(number: number, name: name), in: account)
        _ = try await message(of: Self.callers[0], to: mailbox, seed: 300)
        return try await service.groups.set(MailboxGroup(mode: .share, kind: .ringGroup, members: members.map(\.id)), of: mailbox.id, in: account)
    }

    /// A call between the two, and one from outside.
    func recordings(of mailboxes: [Mailbox]) async throws -> [Recording] {
        let (first, second) = (mailboxes[0], mailboxes[1]), caller = Self.callers[0]
        let calls = [
            RecordingDraft(
                callerNumber: first.number, callerName: first.name, calleeNumber: second.number, calleeName: second.name,
                started: service.clock.now.advanced(by: -7200)),
            RecordingDraft(
                callerNumber: caller.number, callerName: caller.name, calleeNumber: first.number, calleeName: first.name, direction: .inbound,
                started: service.clock.now.advanced(by: -3600)),
        ]
        var recordings: [Recording] = []
        for (index, call) in calls.enumerated() {
            let audio = try await receive(.murmur(seconds: 9, seed: 400 + UInt64(index)), .wavPCM16, "call")
            recordings.append(try await service.recordings.add(call, audio: audio, in: account))
        }
        return recordings
    }

    private func greeting(_ name: String, seed: UInt64) async throws -> Greeting {
        let document = try await service.greetings.create(named: name, in: account)
        let sound = AudioSamples.murmur(seconds: 4, seed: seed).followed(by: .tones([1000], seconds: 0.4))
        return try await service.greetings.upload(document.id, audio: try await receive(sound, .wavPCM16, "greeting"), in: account)
    }

    private func message(of caller: Caller, to mailbox: Mailbox, seed: UInt64) async throws -> Message {
        let audio = try await receive(.murmur(seconds: caller.seconds, seed: seed), caller.format, "message")
        let draft = MessageDraft(
            callerName: caller.name, callerNumber: caller.number, folder: caller.folder,
            timestamp: service.clock.now.advanced(by: -caller.hours * 3600))
        return try await service.messages.deposit(draft, mailboxID: mailbox.id, in: account, audio: audio, from: .administrator(tells: false))
    }

    private func receive(_ sound: AudioSamples, _ format: FileFormat, _ name: String) async throws -> ReceivedAudio {
        try await service.messages.receivingAudio { intake in
            try await intake.write(ByteBuffer(bytes: try sound.encoded(as: format)))
            return try await intake.finish(contentType: format.container.contentType, fileName: "\(name).\(format.container.rawValue)", policy: .playableOnly)
        }
    }

    private static func pin() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<6).map { _ in String(Int.random(in: 0...9, using: &generator)) }.joined()
    }
}
