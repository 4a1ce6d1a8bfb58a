import Logging
import SIP

/// Keeps the server registered with telephone systems while it takes calls.
struct Registrations: Sendable {
    private let all: [Registration]

    init(
        _ settings: [RegistrationSettings], _ endpoint: SIPEndpoint, names: any PeerNames, clock: any Clock<Duration>, instruments: CallInstruments,
        logger: Logger
    ) async {
        var all: [Registration] = []
        for one in settings {
            let story = RegistrationStory(name: one.name, logger: logger)
            all.append(
                await Registration(one, endpoint, names: names, clock: clock) { state in
                    instruments.registered(one.name, state.isRegistered)
                    story.tell(state)
                })
        }
        self.all = all
    }

    /// Goes on until `end` has been called, and all of them have been given up.
    func run() async {
        await withDiscardingTaskGroup { group in
            for registration in all { group.addTask { await registration.run() } }
        }
    }

    func end() async {
        for registration in all { await registration.end() }
    }
}

extension CallFiles {
    /// Registrations with their passwords.
    func readPasswords(of registrations: [RegistrationSettings]) async throws -> [RegistrationSettings] {
        var read: [RegistrationSettings] = []
        for var one in registrations {
            if let path = registrationPasswords[one.name] { one.password = try await Self.readPassword(path) }
            read.append(one)
        }
        return read
    }
}
