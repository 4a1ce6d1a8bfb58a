import Voicemail

/// What the telephone says, in the field's words (K§10.7). How each language says it is in `Sources/CPrompts`.
public enum Phrase: Sendable, Hashable {
    /// The subscriber cannot be reached.
    case greetingIntroduction
    /// The person at this number is not available.
    case personUnavailable(number: String)
    /// Leave a message after the tone: the greeting of a box that names nobody.
    case personNotAvailable
    /// Record after the tone; any key or silence ends.
    case leaveMessage
    /// 1 saves, 2 listens, 3 records again.
    case reviewMenu
    case saved
    case thankYou
    case mailboxFull
    /// Not available, and no voicemail.
    case noVoicemail
    case tooShort
    /// Something is wrong here: the message could not be taken.
    case notTaken
    /// No access from this telephone.
    case noAccess
    case invalidEntry
    case goodbye
    case enterMailbox
    case enterPIN
    case wrongLogin
    case deleted
    /// How many messages there are (K§10.4).
    case counts(new: Int, saved: Int)
    case messageNumber(Int)
    case received(SpokenTime)

    /// What data files call it.
    var key: String {
        switch self {
        case .greetingIntroduction: "greeting_introduction"
        case .personUnavailable: "person_unavailable"
        case .personNotAvailable: "person_not_available"
        case .leaveMessage: "leave_message"
        case .reviewMenu: "review_menu"
        case .saved: "saved"
        case .thankYou: "thank_you"
        case .mailboxFull: "mailbox_full"
        case .noVoicemail: "no_voicemail"
        case .tooShort: "too_short"
        case .notTaken: "not_taken"
        case .noAccess: "no_access"
        case .invalidEntry: "invalid_entry"
        case .goodbye: "goodbye"
        case .enterMailbox: "enter_mailbox"
        case .enterPIN: "enter_pin"
        case .wrongLogin: "wrong_login"
        case .deleted: "deleted"
        case .counts(0, 0): "no_messages"
        case .counts(_, 0): "new_messages"
        case .counts(0, _): "saved_messages"
        case .counts: "new_and_saved"
        case .messageNumber: "message_number"
        case .received: "received"
        }
    }

    /// What it is filled in with.
    var values: Values {
        switch self {
        case .personUnavailable(let number): Values(texts: ["number": number])
        case .counts(let new, let saved): Values(numbers: ["new": new, "saved": saved])
        case .messageNumber(let place): Values(numbers: ["place": place])
        case .received(let time): Values(numbers: time.numbers, texts: time.texts, time: time)
        default: Values()
        }
    }

    /// The prompt that an account's upload takes the place of (K§10.7), as pieces between which the number is said; empty for a phrase that
    /// cannot be replaced as a whole.
    var promptIDs: [String] {
        switch self {
        case .greetingIntroduction: ["vm-greeting_intro"]
        case .personUnavailable: ["vm-person", "vm-not_available"]
        case .personNotAvailable: ["vm-person_not_available"]
        case .leaveMessage: ["vm-record_message"]
        case .reviewMenu: ["vm-review_recording"]
        case .saved: ["vm-saved"]
        case .thankYou: ["vm-thank_you"]
        case .mailboxFull: ["vm-mailbox_full"]
        case .noVoicemail: ["vm-not_available_no_voicemail"]
        case .tooShort: ["vm-recording_to_short"]
        case .noAccess: ["vm-no_access"]
        case .invalidEntry: ["menu-invalid_entry"]
        case .goodbye: ["vm-goodbye"]
        case .enterMailbox: ["vm-enter_id"]
        case .enterPIN: ["vm-enter_pass"]
        case .wrongLogin: ["vm-fail_auth"]
        case .deleted: ["vm-deleted"]
        case .counts(0, 0): ["vm-no_messages"]
        case .notTaken, .counts, .messageNumber, .received: []
        }
    }

    /// One of each kind, filled in so that every rule of a language is used: what a check goes through.
    public static let samples: [Phrase] =
        [
            .greetingIntroduction, .personUnavailable(number: "0123456789*#"), .personNotAvailable, .leaveMessage, .reviewMenu, .saved, .thankYou,
            .mailboxFull, .noVoicemail, .tooShort, .notTaken, .noAccess, .invalidEntry, .goodbye, .enterMailbox, .enterPIN, .wrongLogin, .deleted,
        ] + [(0, 0), (1, 0), (2, 0), (5, 0), (0, 1), (0, 3), (0, 21), (1, 1), (2, 2), (99, 100)].map { .counts(new: $0, saved: $1) }
        + [1, 17, 31, 48, 71, 80, 99, 100, 101, 199].map { .messageNumber($0) } + SpokenTime.samples.map { .received($0) }
}

/// What a phrase is filled in with, by the names that data files use.
struct Values: Sendable, Hashable {
    var numbers: [String: Int] = [:]
    var texts: [String: String] = [:]
    var time: SpokenTime?

    func text(_ name: String) -> String? { texts[name] ?? numbers[name].map(String.init) }
}
