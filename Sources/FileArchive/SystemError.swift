import Glibc
import Voicemail

/// A system call that failed.
struct SystemError: Error, Equatable, CustomStringConvertible {
    /// What was tried, in a word or two.
    let operation: String
    /// `errno`.
    let code: Int32

    var description: String { "\(operation): \(String(cString: strerror(code)))" }

    /// What the caller of the archive is told. A quota of the file system is a full disk to us.
    var archiveError: ArchiveError {
        code == ENOSPC || code == EDQUOT ? .full : .failed(description)
    }

    /// The error of the call that has just failed on this thread.
    static func last(_ operation: String) -> SystemError { SystemError(operation: operation, code: errno) }
}
