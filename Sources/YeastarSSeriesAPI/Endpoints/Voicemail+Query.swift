import Foundation
import HTTPFront
import Voicemail

/// `voicemail/query` (S§3.1).
extension SSeriesDialect {
    /// Mailboxes looked at together for whether they have messages.
    private static let group = 500

    func queryVoicemail(_ call: SSeriesCall) async throws -> SSeriesReply {
        let account = try call.requireEntry().account
        let mailboxes = try await mailboxes(named: try call.optionalExtension(), of: account)
        let view = VoicemailView(version: call.version, zone: service.mailboxes.timeZone(of: account))
        return .written { try await writeVoicemails(of: mailboxes, view, call.format, to: $0) }
    }

    /// The extensions of a request in the order asked: one, several between commas, or all of them when none is named. Of several, those
    /// nobody has are left out, unless that is all of them.
    func mailboxes(named text: String?, of account: Account) async throws -> [MailboxEntry] {
        guard let text, text.lowercased() != "all" else { return try await service.mailboxes.personalDirectory(of: account) }
        let found = try await service.mailboxes.list(numbers: text.listed(), of: account, where: Self.isExtension).compactMap { $0 }
        guard !found.isEmpty else { throw SSeriesFailure.noSuchExtension }
        return found
    }

    /// Boxes of groups are no extensions here (S§1).
    @Sendable static func isExtension(_ mailbox: Mailbox) -> Bool { mailbox.group == nil }

    /// An element for each extension that has messages; nothing but the status when none has. Memory does not grow with the messages.
    private func writeVoicemails(
        of mailboxes: [MailboxEntry], _ view: VoicemailView, _ format: AnswerFormat, to writer: PieceWriter
    ) async throws {
        let whole = try format.frame(SSeriesReply.succeeded(), list: "voicemails")
        var written = 0
        for start in stride(from: 0, to: mailboxes.count, by: Self.group) {
            let group = Array(mailboxes[start..<min(start + Self.group, mailboxes.count)])
            for mailbox in try await service.mailboxes.withMessages(group) {
                if written == 0 { try await writer.write(whole.head) }
                try await write(mailbox, index: written, view, format, to: writer)
                written += 1
            }
        }
        try await writer.write(written > 0 ? whole.tail : try format.document(SSeriesReply.succeeded()))
    }

    private func write(
        _ mailbox: MailboxEntry, index: Int, _ view: VoicemailView, _ format: AnswerFormat, to writer: PieceWriter
    ) async throws {
        let frame = try format.elementFrame([view.version.extensionKey: .string(mailbox.number)], list: "voicemail", index: index)
        try await writer.write(frame.head)
        try await service.messages.forEachPositioned(of: mailbox.id) { page in
            for item in page { try await writer.write(try format.element(view.object(item), index: item.position)) }
        }
        try await writer.write(frame.tail)
    }
}
