import Voicemail

/// `voicemail/delete` (S§3.4).
extension SSeriesDialect {
    /// Words that version 2 takes for every extension and every version for every file and either status.
    private static let all = "all"

    func deleteVoicemail(_ call: SSeriesCall) async throws -> SSeriesReply {
        let extensions = try call.requiredExtension()
        let files = try call.parameters.required("voicemailfile")
        let names = call.version.deletesSeveral ? files.listed() : [files]
        guard !names.isEmpty else { throw SSeriesFailure.parameterBlank }
        let folder = try deletedFolder(call)
        let account = try call.requireEntry().account
        let mailboxes = try await mailboxesToEmpty(extensions, call.version, account)
        if files == Self.all {
            try await service.messages.removeVisible(of: mailboxes, folder: folder)
        } else {
            try await service.messages.remove(named: names, folder: folder, of: mailboxes)
        }
        return .success
    }

    /// The ids of the mailboxes named. All of them must be there: nothing is deleted by halves.
    private func mailboxesToEmpty(_ text: String, _ version: APIVersion, _ account: Account) async throws -> [String] {
        guard version.deletesSeveral else { return [try await mailbox(text, of: account).id] }
        if text == Self.all { return try await service.mailboxes.personalDirectory(of: account).map(\.id) }
        let found = try await service.mailboxes.list(numbers: text.listed(), of: account, where: Self.isExtension)
        let ids = found.compactMap { $0?.id }
        guard !ids.isEmpty, ids.count == found.count else { throw SSeriesFailure.noSuchExtension }
        return ids
    }

    /// Where the messages must be; nil for wherever they are.
    private func deletedFolder(_ call: SSeriesCall) throws -> Folder? {
        guard let word = try call.parameters.optional("voicemailstatus"), word != Self.all else { return nil }
        guard let status = VoicemailStatus(rawValue: word) else { throw SSeriesFailure.wrongVoicemailStatus }
        return status.folder
    }
}
