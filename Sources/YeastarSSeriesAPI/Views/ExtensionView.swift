import Voicemail

/// A mailbox as an extension (contract §6.1, §6.2).
struct ExtensionView: Sendable {
    let version: APIVersion

    /// An element of the list of extensions.
    func listed(_ owned: VoicemailService.OwnedMailbox) -> JSONObject {
        [
            version.listedExtensionKey: .string(owned.mailbox.number), "status": .string(ExtensionField.status.standard),
            "type": .string(version.extensionType), "username": .string(owned.mailbox.name),
            "agentid": .string(value(.agentid, owned)),
        ]
    }

    /// Everything the version shows.
    func detailed(_ owned: VoicemailService.OwnedMailbox) -> JSONObject {
        JSONObject(version.extensionFields.map { ($0.rawValue, .string(value($0, owned))) }, uniquingKeysWith: { first, _ in first })
    }

    private func value(_ field: ExtensionField, _ owned: VoicemailService.OwnedMailbox) -> String {
        let mailbox = owned.mailbox
        return switch field {
        case .extnumber, .number, .registername: mailbox.number
        case .username: mailbox.name
        case .type: version.extensionType
        case .vmsecret: mailbox.attributes["pin"]?.string ?? ""
        case .email: mailbox.notificationAddresses.first ?? owned.owner?.attributes["email"]?.string ?? ""
        case .hasvoicemail: mailbox.isEnabled ? "on" : "off"
        case .enablevmtoemail: Self.mails(owned) ? "on" : "off"
        default: mailbox.kept(field) ?? field.standard
        }
    }

    private static func mails(_ owned: VoicemailService.OwnedMailbox) -> Bool {
        if let own = owned.mailbox.attributes[Document.mailSwitch]?.bool { return own }
        if !owned.mailbox.notificationAddresses.isEmpty { return true }
        guard let owner = owned.owner, owner.attributes["email"]?.string != nil else { return false }
        return owner.attributes[Document.mailSwitch] != .bool(false)
    }
}

extension Document {
    /// Whether mail is sent for new messages: of a user in KAZOO's words, of a mailbox where a client has set it there.
    static let mailSwitch = "vm_to_email_enabled"
    /// Where a mailbox keeps what only this interface has words for.
    static let keptFields = "s_series"

    var notificationAddresses: [String] { attributes["notify_email_addresses"]?.array?.compactMap(\.string) ?? [] }

    func kept(_ field: ExtensionField) -> String? { attributes[Self.keptFields]?[field.keptName]?.string }
}
