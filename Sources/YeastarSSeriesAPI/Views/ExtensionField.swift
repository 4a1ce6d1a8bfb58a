import Voicemail

/// A field of `extension/query` (S§6.2); the raw value is the vendors' word, misspellings included.
///
/// A mailbox is the extension. What it does not know of telephones shows the vendors' standard value; what a client sets and nothing here
/// acts on is kept with the mailbox and shown again (`isKept`).
enum ExtensionField: String, Sendable, CaseIterable {
    case extnumber, number, username, status, type, callerid, registername, registerpassword, maxregistrations, loginpassword, userpassword
    case email, moblie, mobile, language, hasvoicemail, enablevmtoemail, vmsecret, alwaysforward, atransferto, atransferprefix
    case noanswerforward, ntransferto, ntransferprefix, busyforward, btransferto, btransferprefix, ringsimultaneous, mobileprefix, enablemobile
    case allowbeingmonitored, monitormode, ringtimeout, maxduration, dnd, callrestriction, agentid

    /// In the order of OpenVox's example.
    static let openVox: [ExtensionField] = [
        .extnumber, .username, .type, .noanswerforward, .busyforward, .status, .callerid, .userpassword, .registerpassword, .email, .moblie,
        .maxregistrations, .hasvoicemail, .vmsecret, .enablevmtoemail, .language, .allowbeingmonitored, .monitormode, .maxduration, .dnd,
    ]

    /// OpenVox's words where they are others than the S-Series'.
    static let openVoxStandard: [ExtensionField: String] = [.monitormode: "disable", .maxduration: "10800"]

    /// In the order of the S-Series example.
    static let sSeries: [ExtensionField] = [
        .extnumber, .username, .status, .type, .callerid, .registername, .registerpassword, .maxregistrations, .loginpassword, .email, .moblie,
        .language, .hasvoicemail, .enablevmtoemail, .vmsecret, .alwaysforward, .noanswerforward, .ntransferto, .ntransferprefix, .busyforward,
        .btransferto, .btransferprefix, .ringsimultaneous, .mobileprefix, .enablemobile, .allowbeingmonitored, .monitormode, .ringtimeout,
        .maxduration, .dnd, .callrestriction, .agentid,
    ]

    /// Version 2 names two fields better.
    static let sSeriesV2: [ExtensionField] = sSeries.map { field in
        switch field {
        case .extnumber: .number
        case .moblie: .mobile
        default: field
        }
    }

    /// Whether a client may set it and nothing here acts on it.
    var isKept: Bool {
        switch self {
        case .extnumber, .number, .username, .status, .type, .email, .moblie, .mobile, .hasvoicemail, .enablevmtoemail, .vmsecret: false
        // There is no registration here, and a password is not kept for nothing.
        case .registername, .registerpassword, .loginpassword, .userpassword: false
        default: true
        }
    }

    /// Forwarding (S§6.2), which a version whose example leaves it out shows once a client has set it.
    static let forwarding: [ExtensionField] = [
        .alwaysforward, .atransferto, .atransferprefix, .ntransferto, .ntransferprefix, .btransferto, .btransferprefix,
    ]

    /// The value where a mailbox has none, in the S-Series' words.
    var standard: String {
        switch self {
        case .status: "Unavailable"
        case .maxregistrations: "1"
        case .language: "en"
        case .noanswerforward: "on"
        case .ntransferto: "Voicemail"
        case .alwaysforward, .busyforward, .ringsimultaneous, .enablemobile, .allowbeingmonitored, .dnd, .callrestriction: "off"
        case .monitormode: "Disabled"
        case .ringtimeout: "30"
        case .maxduration: "Follow System"
        default: ""
        }
    }
}
