import Logging
import NIOCore
import Voicemail

/// The prompts that accounts have uploaded in place of the standard ones: media with a prompt's id, or a prompt of its name.
actor AccountPrompts {
    private struct Shelf {
        let read: ContinuousClock.Instant
        let prompts: [Prompt]
    }

    struct Prompt: Sendable {
        let id: String
        /// In lower case; nil where nobody said.
        let language: String?
        let greeting: Greeting
    }

    private let service: VoicemailService
    private var shelves: [String: Shelf] = [:]

    /// An upload is heard after this time at the latest: a call asks for a dozen phrases, and need not read the shelf for each.
    private static let freshness = Duration.seconds(10)
    private static let mostAccounts = 500, mostPrompts = 500

    init(service: VoicemailService) { self.service = service }

    /// The account's own sound for a prompt; nil where it has none that can be played.
    func samples(_ promptID: String, language: String, account: Account) async -> [Int16]? {
        let own = await prompts(of: account).filter { $0.id == promptID }
        let tag = language.lowercased(), primary = Language.primary(of: tag)
        // The whole word: Filipino (`fil`) is not Finnish (`fi`).
        let best =
            own.first { $0.language == tag } ?? own.first { $0.language.map(Language.primary) == primary } ?? own.first { $0.language == nil }
        guard let best else { return nil }
        do {
            let (reader, audio) = try await service.greetings.audio(of: best.greeting)
            let rendered = try await service.codec.render(.stored(try await reader.localCopy()), key: audio.blobID, as: .telephone, for: account.id)
            return TelephoneWAV.samples(Array(try await rendered.reader.read(at: 0, count: rendered.reader.size).readableBytesView))
        } catch {
            service.logger.error("a prompt cannot be played", metadata: ["prompt": "\(best.greeting.id)", "error": "\(error)"])
            return nil
        }
    }

    private func prompts(of account: Account) async -> [Prompt] {
        if let shelf = shelves[account.id], shelf.read.duration(to: .now) < Self.freshness { return shelf.prompts }
        do {
            let page = try await service.greetings.list(of: account, ListingRange(limit: Self.mostPrompts)) { greeting -> Prompt? in
                guard greeting.hasAudio, let id = Self.promptID(of: greeting) else { return nil }
                return Prompt(id: id, language: greeting.languageAsGiven?.lowercased(), greeting: greeting)
            }
            if shelves.count >= Self.mostAccounts { shelves = [:] }
            shelves[account.id] = Shelf(read: .now, prompts: page.items)
            return page.items
        } catch {
            service.logger.error("the prompts of an account cannot be read", metadata: ["account": "\(account.id)", "error": "\(error)"])
            return shelves[account.id]?.prompts ?? []
        }
    }

    /// KAZOO's `prompt_id`, with or without the language before it; or, for a prompt on the account's shelf, its name without its ending.
    private static func promptID(of greeting: Greeting) -> String? {
        if let id = greeting.promptID { return id.split(separator: "/").last.map(String.init) }
        guard greeting.ownerID == greeting.accountID else { return nil }
        return AudioContainer(fileName: greeting.name) == .wav ? String(greeting.name.dropLast(4)) : greeting.name
    }
}
