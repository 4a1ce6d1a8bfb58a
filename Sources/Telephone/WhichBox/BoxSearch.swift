import SIPGrammar
import Voicemail

/// One search for a mailbox, with what it has seen on its way.
struct BoxSearch {
    struct Found {
        var outcome: Decision.Outcome
        var source: BoxSource?
        var reason: ForwardingReason?
    }

    private let settings: WhichBoxSettings
    private let plan: NumberPlan
    private let directory: any BoxDirectory
    private let arrival: Arrival
    /// Hosts of the whole request, which may be a realm where a clue names none.
    private let hosts: [String]
    private(set) var steps: [Decision.Step] = []

    init(_ settings: WhichBoxSettings, _ plan: NumberPlan, _ directory: any BoxDirectory, _ arrival: Arrival, hosts: [String]) {
        self.settings = settings
        self.plan = plan
        self.directory = directory
        self.arrival = arrival
        self.hosts = hosts
    }

    mutating func run(_ clues: Clues) async throws -> Found {
        let places = AccountSearch(directory, try await permitted(), hosts)
        let dialled = dialledListening(clues)
        for source in settings.sources {
            // A number that means listening is nobody's mailbox; a call that was forwarded to it leaves a message all the same.
            if let dialled, source == .uri || source == .to, clues.find(in: source).first?.user == dialled.number {
                note(source, "\(dialled.number) means listening")
                continue
            }
            switch clues.find(in: source) {
            case .nothing(let why): note(source, why)
            case .clues(let all):
                for clue in all.prefix(Self.mostClues) {
                    if let found = try await mailbox(of: clue, source, places) { return found }
                }
            }
        }
        if let dialled { return try await listening(dialled, places) }
        return try await fallback(places)
    }

    /// A header can have as many as it likes; each costs a look into the store.
    private static let mostClues = 8

    private mutating func note(_ source: BoxSource, _ finding: String) { steps.append(Decision.Step(header: source.description, finding: finding)) }

    /// The accounts that the peer and the port allow; nil where they say nothing.
    private func permitted() async throws -> [Account]? {
        let rules = settings.accounts.filter { $0.fits(arrival) }
        guard !rules.isEmpty else { return nil }
        var accounts: [Account] = []
        for rule in rules {
            if let account = try await directory.account(named: rule.account), !accounts.contains(where: { $0.id == account.id }) { accounts.append(account) }
        }
        return accounts
    }

    // MARK: Leaving a message

    private mutating func mailbox(of clue: Clue, _ source: BoxSource, _ places: AccountSearch) async throws -> Found? {
        let account: Account
        switch try await places.account(of: clue) {
        case .none(let why):
            note(source, "\(clue.text): \(why)")
            return nil
        case .account(let found): account = found
        }
        for number in numbers(of: clue) {
            guard let mailbox = try await directory.mailbox(number, of: account) else { continue }
            let detour = number == clue.user ? "" : " as \(number)"
            note(source, "decides: \(clue.text)\(detour) is mailbox \(mailbox.number) of \(account.realm)" + (mailbox.group == nil ? "" : ", a group's"))
            return Found(outcome: .deposit(account, mailbox), source: source, reason: clue.reason)
        }
        note(source, "\(clue.text): \(account.realm) has no such mailbox")
        return nil
    }

    /// What to look for, best first: what the rules make of the number, the number as it came, and the forms it is dialled in.
    private func numbers(of clue: Clue) -> [String] {
        let canonical = plan.canonical(clue.user)
        let written = [clue.user, canonical]
        var numbers = written.flatMap { number in settings.rules.compactMap { $0.apply(number) } }
        if let own = clue.extensionNumber { numbers.append(plan.canonical(own)) }
        numbers += written + [plan.national(canonical)].compactMap(\.self)
        if canonical.hasPrefix("+") { numbers.append(String(canonical.dropFirst())) }
        var seen: Set<String> = []
        return numbers.filter { MailboxNumber.isSought($0) && seen.insert($0).inserted }
    }

    // MARK: Listening

    private struct Dialled {
        let number: String
        let mailbox: String?
        let clue: Clue
    }

    /// The request's own number where it means listening.
    private func dialledListening(_ clues: Clues) -> Dialled? {
        guard let clue = clues.find(in: .uri).first else { return nil }
        for listening in settings.listening {
            if let match = listening.match(clue.user) { return Dialled(number: clue.user, mailbox: match.mailbox, clue: clue) }
        }
        return nil
    }

    private mutating func listening(_ dialled: Dialled, _ places: AccountSearch) async throws -> Found {
        switch try await places.account(of: dialled.clue) {
        case .none(let why):
            note(.uri, "\(dialled.clue.text): \(why)")
            return Found(outcome: .notFound)
        case .account(let account):
            guard let number = dialled.mailbox else {
                note(.uri, "decides: \(dialled.number) listens at \(account.realm)")
                return Found(outcome: .listen(account, nil), source: .uri)
            }
            guard let mailbox = try await directory.mailbox(number, of: account) else {
                note(.uri, "\(dialled.clue.text): \(account.realm) has no mailbox \(number)")
                return Found(outcome: .notFound)
            }
            note(.uri, "decides: \(dialled.number) listens to mailbox \(mailbox.number) of \(account.realm)")
            return Found(outcome: .listen(account, mailbox), source: .uri)
        }
    }

    // MARK: Nothing fits

    private mutating func fallback(_ places: AccountSearch) async throws -> Found {
        guard let reference = settings.fallback else {
            steps.append(Decision.Step(header: "default mailbox", finding: "none is set"))
            return Found(outcome: .notFound)
        }
        let account: Account? =
            if let name = reference.account { try await directory.account(named: name) } else { try await directory.onlyAccount() }
        guard let account, places.permits(account), let mailbox = try await directory.mailbox(reference.number, of: account) else {
            steps.append(Decision.Step(header: "default mailbox", finding: "is not there, or not for this peer"))
            return Found(outcome: .notFound)
        }
        steps.append(Decision.Step(header: "default mailbox", finding: "decides: mailbox \(mailbox.number) of \(account.realm)"))
        return Found(outcome: .deposit(account, mailbox))
    }
}

extension Clues.Found {
    fileprivate var first: Clue? { if case .clues(let clues) = self { clues.first } else { nil } }
}

extension MailboxNumber {
    /// Whether it is worth looking for: short enough, and nothing that no text in a store is.
    fileprivate static func isSought(_ number: String) -> Bool {
        (1...30).contains(number.utf8.count) && number.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
    }
}
