import MemoryStore
import NIOPosix
import TestKit
import Voicemail

/// The domain over a store in memory, for rules that need neither a database nor audio nor a server.
struct MemoryWorld {
    let service: VoicemailService
    let account: Account

    static func run(_ body: @Sendable (MemoryWorld) async throws -> Void) async throws {
        let service = VoicemailService(
            store: MemoryStore(), archive: Silence(), codec: Silence(), secrets: Secrets(key: .random(), pool: .singleton, cost: 16),
            clock: ManualClock())
        let account = try await service.accounts.create(["name": "Acme"], below: nil)
        try await body(MemoryWorld(service: service, account: account))
    }

    func makeMailbox(_ number: String, _ attributes: JSONObject = [:], in other: Account? = nil) async throws -> Mailbox {
        var request: JSONObject = ["name": .string("Box " + number), "mailbox": .string(number)]
        request.merge(attributes) { $1 }
        return try await service.mailboxes.create(request, id: nil, in: other ?? account)
    }
}

/// Neither keeps audio nor knows any.
private struct Silence: AudioArchive, AudioCodec {
    func begin(limit: Int) async throws -> any BlobWriter { throw ArchiveError.full }
    func begin(limit: Int, as id: BlobID) async throws -> any BlobWriter { throw ArchiveError.full }
    func open(_ id: BlobID) async throws -> any BlobReader { throw ArchiveError.missing(id) }
    func written(_ id: BlobID) async throws -> Timestamp? { nil }
    func remove(_ id: BlobID) async throws {}
    func list(_ visit: @Sendable (BlobID, Int) async throws -> Void) async throws {}
    func unavailability() async -> String? { nil }

    func measure(_ source: AudioSource, for account: String, _ patience: MeasuringPatience) async throws -> MeasuringOutcome {
        throw AudioError.undecodable
    }
    func render(_ source: AudioSource, key: BlobID, as rendition: Rendition, for account: String) async throws -> RenderedAudio {
        throw AudioError.undecodable
    }
    func rendered(_ key: BlobID, as rendition: Rendition) async throws -> RenderedAudio? { nil }
    func forget(_ key: BlobID) async throws {}
    func peaks(_ source: AudioSource, count: Int, apart: Bool) async throws -> [[Peak]] { throw AudioError.undecodable }
}
