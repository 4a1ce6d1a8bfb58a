import Voicemail

/// What is wrong with what was typed into a form of the console, by the text that says so.
///
/// The form is shown again with it. Everything else that goes wrong there, a legal hold or a thing that is gone, is told by `WebFailure` as on all
/// pages.
enum ConsoleRefusal: String, CaseIterable, Error {
    case user = "wrong_console_user"
    case password = "wrong_console_password"
    case mail = "wrong_mail"
    case box = "wrong_console_box"
    case owner = "wrong_console_owner"
    case pin = "wrong_pin"
    case pinNumber = "wrong_pin_number"
    case zone = "wrong_setup_zone"
    case account = "wrong_console_account"
    case himself = "wrong_console_self"
    case key = "wrong_console_key"
    case receiver = "wrong_console_receiver"
    case group = "wrong_console_group"

    /// - Returns: nil for what is not wrong with what was typed.
    init?(_ error: any Error, of page: ConsolePage) {
        if let refusal = error as? ConsoleRefusal {
            self = refusal
            return
        }
        guard let standard = Self.standard(of: page) else { return nil }
        switch error as? VoicemailError {
        case .invalid(let violations)?: self = Self.refusal(of: violations) ?? standard
        case let error? where error.isTooMuch: self = standard
        default: return nil
        }
    }

    /// Of the first value that breaks a rule and has a text of its own; nil for others.
    static func refusal(of violations: [Violation]) -> ConsoleRefusal? {
        switch violations.first?.setting {
        case .username, .firstName, .lastName: .user
        case .password: .password
        case .email: .mail
        case .number: .box
        case .owner: .owner
        case .pin: violations.first == PIN.Fault.number.violation ? .pinNumber : .pin
        case .timeZone: .zone
        default: nil
        }
    }

    /// Of values that have no text of their own.
    private static func standard(of page: ConsolePage) -> ConsoleRefusal? {
        switch page {
        case .mailboxes: .box
        case .groups: .group
        case .users: .user
        case .keys: .key
        case .receivers: .receiver
        case .accounts: .account
        case .overview, .list, .outbox, .logins: nil
        }
    }
}

extension VoicemailError {
    /// Whether more was typed than is taken.
    var isTooMuch: Bool {
        switch self {
        case .documentTooLarge, .limitReached: true
        default: false
        }
    }
}
