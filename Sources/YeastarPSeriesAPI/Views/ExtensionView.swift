import Foundation
import Voicemail

/// A mailbox as an extension (P§9.1, P§9.2, P§9.4).
struct ExtensionView: Sendable {
    let owned: OwnedMailbox

    /// As lists have it. No telephone registers here, so nobody is online.
    var listed: JSON {
        let kept = mailbox.pSeries
        var item: JSONObject = [
            "id": .int(mailbox.serial),
            "online_status": [
                "sip_phone": ["status": 0, "ext_dev_type": "sip"], "linkus_desktop": ["status": 0, "ext_dev_type": "linkusdesktop"],
                "linkus_mobile": ["status": 0, "ext_dev_type": "linkusmobile"], "linkus_web": ["status": 0, "ext_dev_type": "linkusweb"],
            ],
            "presence_status": .string(presence),
        ]
        if let custom = kept["custom_presence_status"], custom != "" { item["custom_presence_status"] = custom }
        item["number"] = .string(mailbox.number)
        item["caller_id_name"] = .string(mailbox.name)
        item["role_name"] = ""
        item["email_addr"] = .string(owned.mailAddress)
        item["mobile_number"] = .string(mobile)
        return .object(item)
    }

    func detailed(_ details: MailboxDetails) -> JSON {
        let kept = mailbox.pSeries
        let name = mailbox.personName
        return [
            "id": .int(mailbox.serial), "type": "SIP", "first_name": .string(name.first), "last_name": .string(name.last),
            "email_addr": .string(owned.mailAddress), "mobile_number": .string(mobile), "number": .string(mailbox.number),
            "caller_id": kept["caller_id"] ?? .string(mailbox.number), "user_lang": kept["user_lang"] ?? "system",
            "presence_status": .string(presence), "enb_vm": Self.flag(mailbox.isEnabled),
            "enb_vm_pin": Self.flag(mailbox.requiresPIN), "vm_pin": .string(Self.encoded(details.pin?.text ?? "")),
            "new_vm_notify": .string(notification), "after_vm_notify": .string(afterwards),
            "enb_vm_play_datetime": kept["enb_vm_play_datetime"] ?? 0, "enb_vm_play_caller_id": kept["enb_vm_play_caller_id"] ?? 0,
            "enb_vm_play_duration": kept["enb_vm_play_duration"] ?? 0, "vm_greeting": .string(details.greeting?.fileName ?? ExtensionRequest.systemGreeting),
            "presence_list": kept["presence_list"] ?? .array(ExtensionRequest.presences.map { ["status": .string($0)] }),
        ]
    }

    /// PINs and passwords are shown so (P§9.3).
    static func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    var presence: String { mailbox.pSeries["presence_status"]?.string ?? "available" }
    /// Before interfaces shared the number, this one kept its own.
    var mobile: String { mailbox.mobileNumber ?? mailbox.pSeries["mobile_number"]?.string ?? "" }

    private var mailbox: Mailbox { owned.mailbox }

    private var notification: String {
        guard owned.sendsMail else { return "no" }
        return mailbox.mailCarriesAudio ? "with_attachment" : "without_attachment"
    }

    private var afterwards: String {
        if mailbox.isDeletedAfterNotify { return "delete" }
        return mailbox.isSavedAfterNotify ? "mark_as_read" : "no"
    }

    private static func flag(_ isOn: Bool) -> JSON { .int(isOn ? 1 : 0) }
}

extension Mailbox {
    /// The name under which a mailbox keeps what only this interface has words for.
    static let pSeriesFields = "p_series"

    var pSeries: JSONObject { kept(by: Self.pSeriesFields) }

    /// First and last name as they were given, unless another interface has named the mailbox anew since.
    var personName: (first: String, last: String) {
        let first = pSeries["first_name"]?.string ?? "", last = pSeries["last_name"]?.string ?? ""
        return ExtensionRequest.name(first, last) == name ? (first, last) : (name, "")
    }
}
