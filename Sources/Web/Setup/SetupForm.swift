import HTTPFront
import Voicemail

/// What is to be made of a server that has nothing yet: an account, its administrator, and a mailbox of his.
struct SetupForm {
    /// What is wrong, by the text that says so.
    enum Wrong: String, CaseIterable, Error {
        case account = "wrong_setup_account"
        case zone = "wrong_setup_zone"
        case user = "wrong_setup_user"
        case password = "wrong_setup_password"
        case mailbox = "wrong_setup_mailbox"
        case pin = "wrong_pin"
        case pinNumber = "wrong_pin_number"
        case mail = "wrong_mail"
    }

    let account: String
    let zone: String
    let user: String
    let mail: String
    let mailbox: String
    private let password: String
    private let passwordAgain: String
    private let pin: String
    let language: String

    init(_ form: Query, language: String) {
        func typed(_ name: String) -> String { HTTPToken.trim(form[name] ?? "") }
        account = typed("account")
        zone = typed("zone")
        user = typed("user")
        mail = typed("mail")
        mailbox = typed("mailbox")
        password = form["password"] ?? ""
        passwordAgain = form["again"] ?? ""
        pin = typed("pin")
        self.language = language
    }

    /// For the fields of the form: everything but what is secret.
    var values: [String: Any] {
        ["typed_account": account, "typed_zone": zone, "typed_user": user, "typed_mail": mail, "typed_mailbox": mailbox]
    }

    /// The same as a row of a list.
    /// - Throws: what is wrong already.
    func row() throws(Wrong) -> ProvisionedRow {
        guard !account.isEmpty else { throw .account }
        guard zone.isEmpty || WebDialect.isZone(zone) else { throw .zone }
        guard !user.isEmpty else { throw .user }
        guard !password.isEmpty, password == passwordAgain else { throw .password }
        guard !mailbox.isEmpty else { throw .mailbox }
        var row = ProvisionedRow(account: account)
        row.accountSettings.language = language
        if !zone.isEmpty { row.accountSettings.timeZone = zone }
        var administrator = UserSettings(username: user, password: password)
        administrator.isAdministrator = true
        if !mail.isEmpty { administrator.email = mail }
        row.user = administrator
        var box = MailboxSettings()
        box.number = mailbox
        if !pin.isEmpty { box.pin = PIN(pin) }
        row.mailbox = box
        return row
    }

    /// What a refusal of the domain's is about; nil where it is not about what was typed.
    static func wrong(_ error: VoicemailError) -> Wrong? {
        guard case .invalid(let violations) = error else { return error.isTooMuch ? .account : nil }
        return switch violations.first?.setting {
        case .timeZone: .zone
        case .username, .firstName, .lastName: .user
        case .password: .password
        case .email: .mail
        case .number: .mailbox
        case .pin: violations.first == PIN.Fault.number.violation ? .pinNumber : .pin
        default: .account
        }
    }
}
