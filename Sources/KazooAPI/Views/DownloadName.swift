import Foundation
import Voicemail

/// File names of downloads (K§7.9).
enum DownloadName {
    /// `<caller number>_<date>_<time>.<extension>`, in the mailbox's zone.
    static func of(_ message: Message, zone: TimeZone) -> String {
        let at = message.timestamp.fields(in: zone)
        let caller = message.callerNumber.isEmpty ? "unknown" : message.callerNumber
        let stored = message.audio?.fileExtension ?? "bin"
        return "\(caller)_\(at.date("-"))_\(at.time(":")).\(stored)"
    }

    /// The name an upload is stored under (K§2.3): the request's, else made from the clock; an extension is added
    /// when there is none.
    static func ofUpload(requested: String?, contentType: String, now: Timestamp) -> String {
        let base = requested.flatMap { $0.isEmpty ? nil : $0 } ?? "uploaded_file_\(now.gregorian)"
        if let dot = base.lastIndex(of: "."), dot != base.startIndex, base.index(after: dot) != base.endIndex { return base }
        return base + "." + AudioContainer.fileExtension(ofType: contentType)
    }
}
