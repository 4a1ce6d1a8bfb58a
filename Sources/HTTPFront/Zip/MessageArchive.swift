import HTTPTypes
import Logging
import NIOCore
import Voicemail

/// A ZIP of several messages' audio. What was deleted meanwhile, or the disk has lost or cut short, is left out and named in the log.
public struct MessageArchive: Sendable {
    public struct Entry: Sendable {
        let message: Message
        let name: String

        public init(_ message: Message, name: String) {
            self.message = message
            self.name = name
        }
    }

    private let entries: [Entry]
    private let names: EntryNames.Style
    private let service: VoicemailService
    private let logger: Logger

    public init(_ entries: [Entry], names: EntryNames.Style, service: VoicemailService, logger: Logger) {
        self.entries = entries
        self.names = names
        self.service = service
        self.logger = logger
    }

    /// The ZIP is written while it is sent, and each file is opened when its turn comes. Only those before the first that is there are
    /// tried beforehand, since a status cannot be taken back.
    /// - Parameter name: of the file that it becomes.
    /// - Returns: nil when none of them can be read.
    public func response(named name: String) async throws -> FrontResponse? {
        var left = entries[...]
        while let entry = left.first, try await open(entry) == nil { left.removeFirst() }
        guard let first = left.first?.message else { return nil }
        // Noted before anything is sent.
        try await service.audit.note(.exported, of: first.accountID, [first.mailboxID], ["messages": .int(left.count)])
        var names = EntryNames(names)
        let zip = ZipStream(
            left.map { entry in
                ZipEntry(name: names.add(entry.name), modified: entry.message.timestamp) { try await open(entry) }
            })
        return FrontResponse(
            status: .ok, headers: [.contentType: "application/zip", .contentDisposition: ContentDisposition.plainAttachment(name)], body: zip.body)
    }

    /// - Returns: nil for audio that is lost.
    private func open(_ entry: Entry) async throws -> (any BlobReader)? {
        do {
            return try await service.messages.audio(of: entry.message).0
        } catch let error as ArchiveError {
            guard error.isLoss else { throw error }
            logger.error("a message is left out of an archive", metadata: ["message": "\(entry.message.monthID)", "error": "\(error)"])
            return nil
        }
    }
}

extension ArchiveError {
    /// Whether the bytes are gone, so that asking again is of no use.
    fileprivate var isLoss: Bool {
        switch self {
        case .missing, .damaged: true
        case .tooLarge, .full, .failed: false
        }
    }
}
