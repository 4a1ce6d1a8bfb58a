import Foundation
import Voicemail

/// A message of a box as `vm/get` shows it (P§7.1).
struct MessageView: Sendable {
    let zone: TimeZone
    let format: DisplayFormat
    /// The mailboxes of a group's members; nil for an extension.
    let members: [GroupMember]?

    func object(_ item: PositionedMessage, _ facts: [BlobID: AudioFacts]) -> JSON {
        let message = item.message
        return [
            "msg_id": .string(MessageID.text(message)), "file_name": .string(item.fileName), "is_read": .int(message.folder == .new ? 0 : 1),
            "duration": .int(message.lengthSeconds), "size": .int(Self.size(message, message.audio.flatMap { facts[$0.blobID] })),
            "group_voicemail_read_status": members.map { members in .array(members.map { readStatus(message, $0) }) } ?? .null,
            "name": .string(CallText.name(message.callerName)), "time": .string(format.text(message.timestamp, in: zone)),
            "number": .string(message.callerNumber),
        ]
    }

    private func readStatus(_ message: Message, _ member: GroupMember) -> JSON {
        [
            "name": .string(member.name), "number": .string(member.number),
            "is_read": .int(Groups.hasHeard(message, member: member.id) ? 1 : 0),
        ]
    }

    /// Bytes of what a download gives, which is the telephone's WAV whatever the master is; the master's own while nothing is known of it.
    private static func size(_ message: Message, _ facts: AudioFacts?) -> Int {
        guard let audio = message.audio else { return 0 }
        guard let facts else { return audio.size }
        return Rendition.telephone.size(of: facts) ?? audio.size
    }
}
