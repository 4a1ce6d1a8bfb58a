import Foundation
import Voicemail

/// A message as this interface shows it (S§3.1). Everything is text.
struct VoicemailView: Sendable {
    let version: APIVersion
    /// The account's.
    let zone: TimeZone

    func object(_ item: PositionedMessage) -> JSONObject {
        var object: JSONObject = ["voicemailfile": .string(item.fileName), "messagefrom": .string(item.message.callerNumber)]
        if version.showsVoicemailStatus { object["voicemailstatus"] = .string(VoicemailStatus(item.message.folder).rawValue) }
        object["voicemaildate"] = .string(SSeriesTime.text(item.message.timestamp, in: zone))
        object["voicemaillength"] = .string(String(item.message.lengthSeconds))
        return object
    }
}

/// The words for where a message stands (S§3.1).
enum VoicemailStatus: String, Sendable {
    case read, unread

    /// A message in the trash has no word; it is not shown.
    init(_ folder: Folder) { self = folder == .new ? .unread : .read }

    var folder: Folder { self == .read ? .saved : .new }
}
