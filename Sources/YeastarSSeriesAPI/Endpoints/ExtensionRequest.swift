import Voicemail

/// The settings of `extension/add` and `extension/update` (S§6.3) in the words of a mailbox.
struct ExtensionRequest {
    private(set) var settings = MailboxSettings()

    /// Longest value that is kept for nothing but to be shown again.
    private static let longestKept = 128

    /// - Throws: `SSeriesFailure.extensionNotConfigured` for values that no extension takes.
    init(_ parameters: RequestParameters) throws {
        if let name = try parameters.optional("username") { settings.name = name }
        if let pin = try parameters.optional("vmsecret") {
            guard pin.isDigits else { throw SSeriesFailure.extensionNotConfigured }
            settings.pin = PIN(pin)
        }
        if let address = try parameters.optional("email") { settings.firstNotificationAddress = address }
        if let word = try parameters.optional("hasvoicemail") { settings.isEnabled = try Self.flag(word) }
        if let word = try parameters.optional("enablevmtoemail") {
            // Version 2 has a third word, for addresses that differ from the extension's: mail is sent then too.
            settings.sendsMail = try word == "custom" || Self.flag(word)
        }
        var kept: JSONObject = [:]
        for field in ExtensionField.allCases where field.isKept {
            guard let value = try parameters.optional(field.rawValue) else { continue }
            guard value.count <= Self.longestKept else { throw SSeriesFailure.extensionNotConfigured }
            kept[field.rawValue] = .string(value)
        }
        let mobile = try parameters.optional("mobile", "moblie")
        guard mobile?.count ?? 0 <= Self.longestKept else { throw SSeriesFailure.extensionNotConfigured }
        if !kept.isEmpty || mobile != nil { settings.kept = KeptFields(interface: Mailbox.sSeriesFields, values: kept, mobileNumber: mobile) }
    }

    private static func flag(_ word: String) throws(SSeriesFailure) -> Bool {
        switch word {
        case "on": true
        case "off": false
        default: throw .extensionNotConfigured
        }
    }
}
