import FileArchive
import Foundation
import NIOCore
import SQLiteStore
import Server
import Voicemail

/// Why a command is not done, in a sentence for the one who gave it.
struct Refusal: Error {
    let text: String

    init(_ text: String) { self.text = text }
}

/// What refusals of the parts below are called here: the command line's error table.
enum Wording {
    static func text(for error: any Error) -> String {
        switch error {
        case let refusal as Refusal: refusal.text
        case let error as VoicemailError: text(error)
        case let error as StoreError: text(error)
        case let error as ArchiveError: text(error)
        case let error as AudioError: text(error)
        case let error as IOError: "cannot listen: \(String(cString: strerror(error.errnoCode)))"
        case let error as CocoaError: text(error)
        default: "\(error)"
        }
    }

    /// Of a file: Foundation's own text names neither it nor the reason.
    private static func text(_ error: CocoaError) -> String {
        let path = error.userInfo[NSFilePathErrorKey] as? String
        let code = (error.underlying as? POSIXError)?.code.rawValue
        let reason = code.map { String(cString: strerror($0)) } ?? error.localizedDescription
        return path.map { "\($0): \(reason)" } ?? reason
    }

    private static func text(_ error: VoicemailError) -> String {
        switch error {
        case .notFound(let id): "there is no \(id)"
        case .noAudio(let id): "\(id) has no audio"
        case .invalid(let violations): violations.map(text).joined(separator: "; ")
        case .documentTooLarge(let limit): "that is more than \(limit) bytes, which is all that is kept of one thing"
        case .forbidden: "that is not allowed"
        case .limitReached: "there are as many as there may be"
        case .badCredentials: "wrong credentials"
        case .disabled: "the account or user is switched off"
        case .mailboxDisabled: "the mailbox is switched off"
        case .expired(let id, _): "\(id) is older than retention allows to change"
        case .held(let id): "\(id) is under legal hold, or something in it is; aftertone hold list shows what and why"
        case .conflict: "it conflicts with what is there"
        case .unplayable: "no decoder accepts the audio; what is taken: \(AudioContainer.acceptedKinds)"
        }
    }

    private static func text(_ violation: Violation) -> String {
        // Not even a secret that is refused is shown.
        let value = violation.setting?.isSecret == true ? "" : violation.value?.text.map { " \"\($0)\"" } ?? ""
        let rule =
            switch violation.rule {
            case .required: "is required"
            case .type(let names): "must be a \(names.joined(separator: " or "))"
            case .minLength where violation.value?.text?.isEmpty == true: "is empty"
            case .minLength(let length): "\(value) is shorter than \(length.counted("character"))"
            case .maxLength(let length): "\(value) is longer than \(length.counted("character"))"
            case .enumeration(let words): "\(value) is none of \(words.joined(separator: ", "))"
            case .minimum(let least): "\(value) is less than \(least)"
            case .maximum(let most): "\(value) is more than \(most)"
            case .minItems(let least): "has fewer than \(least.counted("item"))"
            case .maxItems(let most): "has more than \(most.counted("item"))"
            case .format("email"): "\(value) is no address such as anna@example.com"
            case .format(let name): "\(value) is no \(name)"
            case .pattern(let pattern): "\(value) does not match \(pattern)"
            case .unknownName: "\(value) is not known"
            case .unique: "\(value) is taken"
            case .neededWithUserName: "must be given again with another user name"
            case .privateHost: "\(value): the host must not be of a private network"
            case .ownHost: "\(value): the host must not be this machine's own"
            case .other(_, let message, _, _): "\(value): \(message)"
            }
        return violation.path.joined(separator: ".") + (rule.hasPrefix(" ") || rule.hasPrefix(":") ? "" : " ") + rule
    }

    private static func text(_ error: StoreError) -> String {
        switch error {
        case .conflict: "it conflicts with what is there"
        case .full: "no room on the disk of the database"
        case .failed(let reason): "the database failed: \(reason)"
        case .undecided: "the connection to the database was lost, and whether the change took place is not known"
        }
    }

    private static func text(_ error: ArchiveError) -> String {
        switch error {
        case .missing(let id): "audio \(id) is missing; run `aftertone verify`"
        case .damaged(let id, let size, let stored): "audio \(id) has \(size) bytes of \(stored); run `aftertone verify`"
        case .tooLarge(let limit): "the audio is larger than \(limit.counted("byte"))"
        case .full: "no room for audio"
        case .failed(let reason): "the archive failed: \(reason)"
        }
    }

    private static func text(_ error: AudioError) -> String {
        switch error {
        case .undecodable: "no decoder accepts the audio; what is taken: \(AudioContainer.acceptedKinds)"
        case .tooLong(let limit): "the audio is longer than \(limit.counted("second"))"
        case .full: "no room for a rendering"
        case .overloaded(let reason), .failed(let reason): "decoding failed: \(reason)"
        }
    }
}
