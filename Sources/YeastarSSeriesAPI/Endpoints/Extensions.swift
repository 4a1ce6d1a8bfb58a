import HTTPFront
import Voicemail

/// Extensions as far as boxes go (S§6.1 to S§6.3).
extension SSeriesDialect {
    /// Extensions that are read in one go.
    private static let page = 50

    func listExtensions(_ call: SSeriesCall) async throws -> SSeriesReply {
        let account = try call.requireEntry().account
        let view = ExtensionView(version: call.version)
        let mailboxes = try await service.mailboxes.personalDirectory(of: account)
        return .written { try await write(mailboxes, as: "extlist", account, call.format, to: $0) { view.listed($0.owned) } }
    }

    func queryExtensions(_ call: SSeriesCall) async throws -> SSeriesReply {
        let account = try call.requireEntry().account
        let named = call.version.requiresExtensions ? try call.requiredExtension() : try call.optionalExtension()
        let mailboxes = try await mailboxes(named: named, of: account)
        let view = ExtensionView(version: call.version)
        return .written { try await write(mailboxes, as: "extinfos", account, call.format, to: $0) { view.detailed($0) } }
    }

    private func write(
        _ mailboxes: [MailboxEntry], as list: String, _ account: Account, _ format: AnswerFormat, to writer: PieceWriter,
        _ show: @escaping @Sendable (MailboxDetails) -> JSONObject
    ) async throws {
        let whole = try format.frame(SSeriesReply.succeeded(), list: list)
        try await writer.write(whole.head)
        var index = 0
        for start in stride(from: 0, to: mailboxes.count, by: Self.page) {
            let ids = mailboxes[start..<min(start + Self.page, mailboxes.count)].map(\.id)
            for item in try await service.mailboxes.details(ids, of: account, item: show) {
                try await writer.write(try format.element(item, index: index))
                index += 1
            }
        }
        try await writer.write(whole.tail)
    }

    /// A new mailbox. A number that is taken, and anything the domain's rules refuse, is a failure to configure it (S§6.3).
    func addExtension(_ call: SSeriesCall) async throws -> SSeriesReply {
        let number = try call.requiredExtension()
        let account = try call.requireEntry().account
        guard number.isDigits else { throw SSeriesFailure.extensionNotConfigured }
        var settings = try ExtensionRequest(call.parameters).settings
        settings.number = number
        settings.name = settings.name ?? number
        // The vendors start with the number as the PIN, where that is long enough to be one.
        if settings.pin == nil, number.count >= 4 { settings.pin = PIN(number) }
        let draft = settings
        _ = try await configured { try await service.mailboxes.create(draft, in: account) }
        return .success
    }

    func updateExtension(_ call: SSeriesCall) async throws -> SSeriesReply {
        let number = try call.requiredExtension()
        let patch = try ExtensionRequest(call.parameters).settings
        let account = try call.requireEntry().account
        let mailbox = try await mailbox(number, of: account)
        _ = try await configured { try await service.mailboxes.change(mailbox.id, patch, in: account) }
        return .success
    }

    /// Removes extensions with their messages: all that are named, or none.
    func deleteExtension(_ call: SSeriesCall) async throws -> SSeriesReply {
        let account = try call.requireEntry().account
        let found = try await service.mailboxes.list(numbers: try call.requiredExtension().listed(), of: account, where: Self.isExtension)
        let ids = found.compactMap { $0?.id }
        guard !ids.isEmpty, ids.count == found.count else { throw SSeriesFailure.noSuchExtension }
        _ = try await configured { try await service.mailboxes.removeAll(ids, in: account) }
        return .success
    }

    /// Runs a change of a mailbox; one that is gone meanwhile is no extension.
    private func configured<Value>(_ change: () async throws -> Value) async throws -> Value {
        do { return try await change() } catch VoicemailError.notFound { throw SSeriesFailure.noSuchExtension }
    }
}
