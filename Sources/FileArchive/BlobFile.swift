import Glibc
import Voicemail

/// An open blob file, closed with its last reference.
///
/// A file that is prepared or being written carries an exclusive `flock`, which the kernel drops when the
/// descriptor closes or the process dies. `FileArchive.list` skips locked files, in this process and in any
/// other (the command line works while the server runs), so nobody takes a blob for an orphan before its
/// row had a chance to be committed.
final class BlobFile: Sendable {
    let id: BlobID
    let path: String
    let descriptor: Int32

    init(id: BlobID, path: String, descriptor: Int32) {
        self.id = id
        self.path = path
        self.descriptor = descriptor
    }

    func unlock() { _ = flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }
}
