import Voicemail

/// A mailbox as an extension (S§6.1, S§6.2).
struct ExtensionView: Sendable {
    let version: APIVersion

    /// An element of the list of extensions.
    func listed(_ owned: OwnedMailbox) -> JSONObject {
        [
            version.listedExtensionKey: .string(owned.mailbox.number), "status": .string(ExtensionField.status.standard),
            "type": .string(version.extensionType), "username": .string(owned.mailbox.name),
            "agentid": .string(value(.agentid, owned)),
        ]
    }

    /// Everything the version shows.
    func detailed(_ details: MailboxDetails) -> JSONObject {
        let fields = version.extensionFields + ExtensionField.forwarding.filter { details.mailbox.kept($0) != nil }
        let values = fields.map { field in
            (field.rawValue, JSON.string(field == .vmsecret ? details.pin?.text ?? "" : value(field, details.owned)))
        }
        return JSONObject(values, uniquingKeysWith: { first, _ in first })
    }

    private func value(_ field: ExtensionField, _ owned: OwnedMailbox) -> String {
        let mailbox = owned.mailbox
        return switch field {
        case .extnumber, .number, .registername: mailbox.number
        case .username: mailbox.name
        case .type: version.extensionType
        case .email: owned.mailAddress
        // Before interfaces shared the number, this one kept its own.
        case .moblie, .mobile: mailbox.mobileNumber ?? mailbox.kept(.mobile) ?? ""
        case .hasvoicemail: mailbox.isEnabled ? "on" : "off"
        case .enablevmtoemail: owned.sendsMail ? "on" : "off"
        default: mailbox.kept(field) ?? version.standard[field] ?? field.standard
        }
    }
}

extension Mailbox {
    /// The name under which a mailbox keeps what only this interface has words for.
    static let sSeriesFields = "s_series"

    func kept(_ field: ExtensionField) -> String? { kept(by: Self.sSeriesFields)[field.rawValue]?.string }
}
