import Foundation
import NIOCore
import NIOHTTP1
import Voicemail

/// Why a bucket will not do, in a sentence for an administrator.
public enum S3OpenError: Error, Equatable, CustomStringConvertible {
    case unusable(String)
    case otherInstallation(marker: String)

    public var description: String {
        switch self {
        case .unusable(let reason): reason
        case .otherInstallation(let marker):
            "the bucket holds the audio of another installation, as \(marker) in it says: each needs a bucket or a prefix of its own, and all "
                + "processes of one need the same secret.key"
        }
    }
}

extension S3Archive {
    /// The object that says whose the bucket is. Who looked for orphans in another installation's bucket would remove all of its audio.
    private var marker: String { options.prefix + "aftertone-installation" }

    func agree(on key: String) async throws {
        if try await isOwned(by: key) { return }
        _ = try await client.send(S3Request(method: .PUT, key: marker, headers: storingHeaders, body: S3Body(Array("\(key)\n".utf8))))
        // Of two that begin at once the later one is right. Not every service can store on condition, so the other one may be told only by
        // `confirmOwner`.
        guard try await isOwned(by: key) else { throw S3OpenError.unusable("the bucket does not keep what is stored in it: \(marker) is not there") }
    }

    /// - Returns: false where nobody has said whose it is.
    func isOwned(by key: String) async throws -> Bool {
        do {
            let answer = try await client.send(S3Request(method: .GET, key: marker))
            guard String(buffer: answer.body).trimmingCharacters(in: .whitespacesAndNewlines) == key else {
                throw S3OpenError.otherInstallation(marker: marker)
            }
            return true
        } catch S3Trouble.refused(404, "NoSuchKey", _) {
            return false
        } catch let trouble as S3Trouble where trouble.isMissing {
            // Anything on the way can say 404. Taken for the service's word it would give the bucket away.
            throw S3Trouble.strange("404 without NoSuchKey, of \(marker)")
        }
    }

    /// - Throws: `ArchiveError`.
    public func confirmOwner() async throws {
        guard let owner else { return }
        do {
            guard try await isOwned(by: owner) else {
                throw ArchiveError.failed("\(marker) is missing in the bucket, which says whose it is: whoever is started next stores it again")
            }
        } catch let error as S3OpenError {
            throw ArchiveError.failed("\(error)")
        } catch {
            throw Self.wording(error)
        }
    }
}
