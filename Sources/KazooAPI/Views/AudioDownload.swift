import HTTPFront
import HTTPTypes
import Logging
import NIOCore
import Voicemail

/// Audio as an answer: bytes as stored, under the type they came with (K§7.9).
enum AudioDownload {
    static func response(_ reader: any BlobReader, contentType: String, fileName: String, _ request: FrontRequest) -> FrontResponse {
        // The type is the sender's word; a browser must not make a page of it.
        let headers: HTTPFields = [
            .contentType: contentType, .contentDisposition: ContentDisposition.plainAttachment(fileName), .xContentTypeOptions: "nosniff",
        ]
        return .ranged(reader, range: request.headers[.range], policy: .kazoo, headers: headers)
    }

    struct ArchiveEntry: Sendable {
        let message: Message
        let name: String
    }

    /// A ZIP of several messages' audio. What was deleted meanwhile, or the disk has lost or cut short, is left out and named in the log.
    struct Archive: Sendable {
        private let entries: [ArchiveEntry]
        private let names: EntryNames.Style
        private let service: VoicemailService
        private let logger: Logger

        init(_ entries: [ArchiveEntry], names: EntryNames.Style, service: VoicemailService, logger: Logger) {
            self.entries = entries
            self.names = names
            self.service = service
            self.logger = logger
        }

        /// The ZIP is written while it is sent, and each file is opened when its turn comes. Only those before the first that is there are
        /// tried beforehand, since a status cannot be taken back.
        /// - Returns: nil when none of them can be read.
        func response(requestID: String) async throws -> FrontResponse? {
            var left = entries[...]
            while let entry = left.first, try await open(entry) == nil { left.removeFirst() }
            guard !left.isEmpty else { return nil }
            var names = EntryNames(names)
            let zip = ZipStream(
                left.map { entry in
                    ZipEntry(name: names.add(entry.name), modified: entry.message.timestamp) { try await open(entry) }
                })
            return FrontResponse(
                status: .ok,
                headers: [.contentType: "application/zip", .contentDisposition: ContentDisposition.plainAttachment(requestID + ".zip")],
                body: zip.body)
        }

        /// - Returns: nil for audio that is lost.
        private func open(_ entry: ArchiveEntry) async throws -> (any BlobReader)? {
            do {
                return try await service.messages.audio(of: entry.message).0
            } catch let error as ArchiveError {
                guard error.isLoss else { throw error }
                logger.error("a message is left out of an archive", metadata: ["message": "\(entry.message.monthID)", "error": "\(error)"])
                return nil
            }
        }
    }
}

extension HTTPField.Name {
    static let xContentTypeOptions = Self("X-Content-Type-Options")!
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
