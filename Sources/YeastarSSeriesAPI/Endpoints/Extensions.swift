import HTTPFront
import Voicemail

/// Extensions as far as boxes go (S§6.1 to S§6.3).
extension SSeriesDialect {
    /// Extensions that are read in one go.
    private static let page = 50

    func listExtensions(_ call: SSeriesCall) async throws -> SSeriesReply {
        let view = ExtensionView(version: call.version)
        let account = try call.requireEntry().account
        let list = try await service.mailboxes.list(.persons, of: account, ListWindow(together: Self.page)) { view.listed($0) }
        return .written { try await write(list, as: "extlist", call.format, to: $0) }
    }

    func queryExtensions(_ call: SSeriesCall) async throws -> SSeriesReply {
        let account = try call.requireEntry().account
        let named = call.version.requiresExtensions ? try call.requiredExtension() : try call.optionalExtension()
        let view = ExtensionView(version: call.version)
        let list = try await service.mailboxes.listDetails(Self.choice(named), of: account, ListWindow(together: Self.page)) { view.detailed($0) }
        try judge(list.total, named)
        return .written { try await write(list, as: "extinfos", call.format, to: $0) }
    }

    private func write(_ items: GradualList<JSONObject>, as list: String, _ format: AnswerFormat, to writer: PieceWriter) async throws {
        let whole = try format.frame(SSeriesReply.succeeded(), list: list)
        try await writer.write(whole.head)
        var index = 0
        try await items.forEach { item in
            try await writer.write(try format.element(item, index: index))
            index += 1
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
