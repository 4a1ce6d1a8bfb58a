import Foundation
import Voicemail

/// A message of a box as `vm/get` shows it (contract §7.1).
struct MessageView: Sendable {
    let zone: TimeZone
    let format: DisplayFormat
    /// The mailboxes of a group's members; nil for an extension.
    let members: [Document]?

    func object(_ item: PositionedMessage, _ facts: [BlobID: AudioFacts]) -> JSON {
        let message = item.message
        return [
            "msg_id": .string(MessageID.text(message)), "file_name": .string(item.fileName), "is_read": .int(message.folder == .new ? 0 : 1),
            "duration": .int(message.lengthSeconds), "size": .int(Self.size(message, message.audio.flatMap { facts[$0.blobID] })),
            "group_voicemail_read_status": members.map { members in .array(members.map { readStatus(message, $0) }) } ?? .null,
            "name": .string(message.callerName), "time": .string(format.text(message.timestamp, in: zone)), "number": .string(message.callerNumber),
        ]
    }

    private func readStatus(_ message: Message, _ member: Document) -> JSON {
        [
            "name": .string(member.name), "number": .string(member.number),
            "is_read": .int(VoicemailService.hasHeard(message, member: member.id) ? 1 : 0),
        ]
    }

    /// Bytes of what a download gives, which is 16-bit mono at 8 kHz whatever the master is. Of a master that is so already, its own
    /// size; else what the duration comes to, which is known to the millisecond.
    private static func size(_ message: Message, _ facts: AudioFacts?) -> Int {
        guard let audio = message.audio else { return 0 }
        guard let facts else { return audio.size }
        let computed = waveHeader + bytesPerMillisecond * facts.durationMilliseconds
        let isTelephoneWave = facts.container == "wav" && facts.sampleRate == 8000 && facts.channels == 1
        return isTelephoneWave && abs(audio.size - computed) < bytesPerMillisecond ? audio.size : computed
    }

    private static let waveHeader = 44
    private static let bytesPerMillisecond = 16
}
