import Foundation
import HTTPFront
import Voicemail

/// The settings of `extension/create` and `extension/update` in the words of a mailbox (P§9.4). What concerns telephony only is
/// passed over.
struct ExtensionRequest {
    /// What does not depend on how the mailbox is.
    private var settings = MailboxSettings()
    private var firstName: String?
    private var lastName: String?
    /// The greeting that is to be in force: nil for no change, and nil within for the system's.
    private(set) var greeting: String??

    static let systemGreeting = "follow_system"
    static let presences = ["available", "away", "business_trip", "do_not_disturb", "lunch", "off_work"]
    private static let keptTexts = ["caller_id", "user_lang", "custom_presence_status"]
    private static let keptFlags = ["enb_vm_play_datetime", "enb_vm_play_caller_id", "enb_vm_play_duration"]
    /// Characters.
    private static let longestKept = 128
    /// Bytes of the per-presence settings.
    private static let longestPresenceList = 16_384

    var number: String? { settings.number }
    var mailAddress: String? { settings.firstNotificationAddress }

    /// - Parameter isChange: whether a mailbox is changed, of which what is given empty empties the field; of a new one it is nothing.
    init(_ parameters: PSeriesParameters, isChange: Bool) throws(PSeriesFailure) {
        var parameters = parameters
        parameters.keepsEmpty = isChange
        if let number = try parameters.number("number") {
            guard number.isDigits else { throw .invalid("number", .string(number)) }
            settings.number = number
        }
        var kept: JSONObject = [:]
        firstName = try Self.text(parameters, "first_name")
        lastName = try Self.text(parameters, "last_name")
        switch try parameters.text("email_addr") {
        case nil: break
        case ""?: settings.notificationAddresses = []
        case let address?: settings.firstNotificationAddress = address
        }
        for field in Self.keptTexts {
            guard let text = try Self.text(parameters, field) else { continue }
            kept[field] = text.isEmpty ? .null : .string(text)
        }
        for field in Self.keptFlags { kept[field] = try Self.flag(parameters, field).map { .int($0 ? 1 : 0) } }
        kept["presence_status"] = try Self.word(parameters, "presence_status", Self.presences).map { .string($0) }
        kept["presence_list"] = try Self.presenceList(parameters)
        let mobile = try Self.text(parameters, "mobile_number")
        if !kept.isEmpty || mobile != nil { settings.kept = KeptFields(interface: Mailbox.pSeriesFields, values: kept, mobileNumber: mobile) }
        try readVoicemail(parameters)
    }

    /// One name of two.
    static func name(_ first: String, _ last: String) -> String { [first, last].filter { !$0.isEmpty }.joined(separator: " ") }

    /// What a mailbox is to be changed by. A mailbox has one name, so where one half is given, the other is the one that it has.
    /// - Parameter mailbox: the one that is changed, as it is by then; nil for a new one.
    func settings(of mailbox: Mailbox?) -> MailboxSettings {
        guard firstName != nil || lastName != nil else { return settings }
        let old: (first: String, last: String) = mailbox?.personName ?? ("", "")
        let first = firstName ?? old.first, last = lastName ?? old.last
        var settings = settings
        settings.name = Self.name(first, last)
        var kept = settings.kept ?? KeptFields(interface: Mailbox.pSeriesFields)
        kept.values["first_name"] = .string(first)
        kept.values["last_name"] = .string(last)
        settings.kept = kept
        return settings
    }

    /// The greeting that `greeting` names, found; nil for the system's.
    mutating func choose(_ greetingID: String?) { settings.greetingInForceID = .some(greetingID) }

    private mutating func readVoicemail(_ parameters: PSeriesParameters) throws(PSeriesFailure) {
        if let isOn = try Self.flag(parameters, "enb_vm") { settings.isEnabled = isOn }
        if let isOn = try Self.flag(parameters, "enb_vm_pin") { settings.requiresPIN = isOn }
        if let text = try parameters.text("vm_pin") { settings.pin = .some(text.isEmpty ? nil : PIN(try Self.pin(text))) }
        switch try Self.word(parameters, "new_vm_notify", ["no", "with_attachment", "without_attachment"]) {
        case nil: break
        case "no"?: settings.sendsMail = false
        case let word?:
            settings.sendsMail = true
            settings.mailCarriesAudio = word == "with_attachment"
        }
        if let word = try Self.word(parameters, "after_vm_notify", ["no", "no_change", "mark_as_read", "delete"]) {
            settings.isSavedAfterNotify = word == "mark_as_read"
            settings.isDeletedAfterNotify = word == "delete"
        }
        if let name = try parameters.text("vm_greeting") {
            if name.isEmpty { throw .invalid("vm_greeting", "") }
            greeting = .some(name == Self.systemGreeting ? nil : name)
        }
    }

    /// In Base64, or in clear: the Base64 of digits is never made of digits alone.
    private static func pin(_ text: String) throws(PSeriesFailure) -> String {
        if text.isDigits { return text }
        guard let pin = String(base64: text), pin.isDigits else {
            // Not even a PIN that is refused is shown.
            throw .invalid("vm_pin", nil)
        }
        return pin
    }

    private static func text(_ parameters: PSeriesParameters, _ field: String) throws(PSeriesFailure) -> String? {
        guard let text = try parameters.text(field) else { return nil }
        guard text.unicodeScalars.count <= longestKept else { throw .invalid(field, .string(text)) }
        return text
    }

    private static func flag(_ parameters: PSeriesParameters, _ field: String) throws(PSeriesFailure) -> Bool? {
        guard let number = try parameters.integer(field) else { return nil }
        guard number == 0 || number == 1 else { throw .invalid(field, .int(number)) }
        return number == 1
    }

    private static func word(_ parameters: PSeriesParameters, _ field: String, _ words: [String]) throws(PSeriesFailure) -> String? {
        guard let word = try parameters.text(field) else { return nil }
        guard words.contains(word) else { throw .invalid(field, .string(word)) }
        return word
    }

    /// One object for each presence at most; the telephone system reads what is in them.
    private static func presenceList(_ parameters: PSeriesParameters) throws(PSeriesFailure) -> JSON? {
        guard let value = parameters.value("presence_list") else { return nil }
        guard let items = value.array, items.count <= presences.count, value.encoded.utf8.count <= longestPresenceList,
            items.allSatisfy({ presences.contains($0["status"]?.string ?? "") })
        else { throw .invalid("presence_list", nil) }
        return value
    }
}
