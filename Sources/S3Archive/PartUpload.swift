import Foundation
import NIOCore
import NIOHTTP1
import Voicemail

/// A blob on its way in parts. Nobody sees it before it is complete.
final class PartUpload: Sendable {
    private let key: String
    private let id: String
    private let archive: S3Archive
    private let isNamed: Bool
    private let tags: Tags

    private init(key: String, id: String, _ archive: S3Archive, isNamed: Bool) {
        self.key = key
        self.id = id
        self.archive = archive
        self.isNamed = isNamed
        tags = Tags()
    }

    /// - Parameter isNamed: whether somebody may store the same under this key later, once this was given up.
    static func begin(_ key: String, _ archive: S3Archive, isNamed: Bool = false) async throws -> PartUpload {
        let request = S3Request(method: .POST, key: key, query: [("uploads", "")], headers: archive.storingHeaders)
        // An answer that was lost leaves an upload that nobody knows, which its age betrays.
        let answer = try await archive.client.send(request)
        return PartUpload(key: key, id: try S3XML.decode(S3Upload.self, answer.body).id, archive, isNamed: isNamed)
    }

    /// Sends the next part. Sending it again stores it once.
    func send(_ body: S3Body) async throws {
        let number = await tags.count + 1
        let request = S3Request(
            method: .PUT, key: key, query: [("partNumber", "\(number)"), ("uploadId", id)], headers: ["content-md5": body.contentMD5], body: body)
        let answer = try await archive.client.send(request)
        guard let tag = answer.entityTag else { throw S3Trouble.strange("a part without an entity tag") }
        if answer.tagsByContent, tag.isMD5, tag != body.entityTag { throw S3Trouble.strange("it stored other bytes than were sent") }
        await tags.add(tag)
    }

    /// Makes the blob of its parts. Whether it did is found out where the answer was lost.
    func complete(size: Int) async throws {
        let body = S3Body(Array(S3XML.completion(await tags.all).utf8))
        let request = S3Request(method: .POST, key: key, query: [("uploadId", id)], body: body)
        let (key, archive) = (key, archive)
        do {
            _ = try await archive.client.send(request, within: .seconds(archive.options.requestSeconds * 3)) {
                try await archive.facts(of: key, attempts: 1).size == size ? S3Answer(status: 200, headers: [:], body: ByteBuffer()) : nil
            }
        } catch let trouble as S3Trouble where trouble.isMissingUpload {
            // Done by an attempt whose answer did not come.
            guard try await archive.facts(of: key).size == size else { throw trouble }
        }
        guard try await archive.facts(of: key).size == size else { throw S3Trouble.strange("it stored fewer bytes than were sent") }
    }

    /// Has its parts removed behind the caller.
    func giveUp() {
        // This ends no other upload under the same key.
        archive.cleaner.add(.abort(key: key, upload: id))
        // An outcome that nobody heard of may have made it a blob all the same. Under a name that is given again it is replaced.
        if !isNamed { archive.cleaner.add(.remove(key: key)) }
    }

    private actor Tags {
        private(set) var all: [String] = []
        var count: Int { all.count }
        func add(_ tag: String) { all.append(tag) }
    }
}

extension String {
    var isMD5: Bool { utf8.count == 32 && utf8.allSatisfy { HexID.isLowerHex($0) } }
}
