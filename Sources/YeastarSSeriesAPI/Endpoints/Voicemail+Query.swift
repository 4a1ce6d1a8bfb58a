import Foundation
import HTTPFront
import Voicemail

/// `voicemail/query` (S§3.1).
extension SSeriesDialect {
    func queryVoicemail(_ call: SSeriesCall) async throws -> SSeriesReply {
        let account = try call.requireEntry().account
        let named = try call.optionalExtension()
        let messages = try await service.messages.positioned(of: Self.choice(named), in: account)
        try judge(messages.total, named)
        let view = VoicemailView(version: call.version, zone: service.mailboxes.timeZone(of: account))
        return .written { try await write(messages, view, call.format, to: $0) }
    }

    /// The extensions of a request in the order asked: one, several between commas, or all of them when none is named.
    static func choice(_ named: String?) -> MailboxChoice {
        guard let named, named.lowercased() != "all" else { return .persons }
        return .numbers(named.listed(), where: isExtension)
    }

    /// Of several extensions, those nobody has are left out, unless that is all of them.
    func judge(_ found: Int, _ named: String?) throws(SSeriesFailure) {
        guard found > 0 || named == nil || named?.lowercased() == "all" else { throw .noSuchExtension }
    }

    /// Boxes of groups are no extensions here (S§1).
    @Sendable static func isExtension(_ mailbox: Mailbox) -> Bool { mailbox.group == nil }

    /// An element for each extension that has messages; nothing but the status when none has. Memory does not grow with the messages.
    private func write(
        _ messages: GradualList<MailboxStretch>, _ view: VoicemailView, _ format: AnswerFormat, to writer: PieceWriter
    ) async throws {
        let whole = try format.frame(SSeriesReply.succeeded(), list: "voicemails")
        var written = 0
        // What ends the element that is being written.
        var tail = whole.head
        try await messages.forEach { stretch in
            if stretch.isFirst {
                try await writer.write(tail)
                let fields: JSONObject = [view.version.extensionKey: .string(stretch.mailbox.number)]
                let frame = try format.elementFrame(fields, list: "voicemail", index: written)
                try await writer.write(frame.head)
                tail = frame.tail
                written += 1
            }
            for item in stretch.items { try await writer.write(try format.element(view.object(item), index: item.position)) }
        }
        guard written > 0 else { return try await writer.write(try format.document(SSeriesReply.succeeded())) }
        try await writer.write(tail)
        try await writer.write(whole.tail)
    }
}
