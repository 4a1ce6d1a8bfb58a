import HTTPFront
import Voicemail

/// An answer that is an error, by its number (S§2.5). This file is the dialect's one error table; which number stands for what
/// is S§2.6.
enum SSeriesFailure: String, Error, CaseIterable {
    /// XML where JSON was announced.
    case xmlNotSupported = "10002"
    /// No such endpoint, or not in this version.
    case unsupportedRequest = "10003"
    case parameterBlank = "10004"
    case noSuchExtension = "10006"
    /// An extension cannot be set up as asked.
    case extensionNotConfigured = "10017"
    /// The body is not what it is announced as.
    case malformedBody = "20000"
    case onlyPost = "20001"
    case lockedOut = "20002"
    case wrongLogin = "20003"
    case noSuchToken = "20004"
    case tokenBlank = "20005"
    case tokenExpired = "20006"
    /// No body where parameters are required.
    case dataBlank = "20007"
    case wrongPort = "20008"
    /// The path ends with the version.
    case blankRequest = "20009"
    /// The server could not do it; the log says why.
    case notHandled = "20010"
    /// Where reports should go is no address.
    case wrongReportSettings = "20011"
    case wrongRecordingRandom = "20012"
    case noSuchRecording = "20014"
    case wrongAddress = "20015"
    case wrongVoicemailStatus = "20016"
    case wrongVoicemailRandom = "20017"
    case noSuchVoicemail = "20018"
    case wrongCallRecordTime = "20019"
    case wrongCallRecordRandom = "20020"
    case noCallRecord = "20021"

    /// The domain's and the ports' errors in this interface's numbers. What an endpoint knows better it translates itself.
    init(_ error: any Error) {
        self =
            switch error {
            case let failure as SSeriesFailure: failure
            case let error as VoicemailError: Self.domain(error)
            case TicketError.expired: .tokenExpired
            case TicketError.unknown: .noSuchToken
            case is LoginGuard.Locked: .lockedOut
            default: .notHandled
            }
    }

    private static func domain(_ error: VoicemailError) -> SSeriesFailure {
        switch error {
        // Extensions are looked up before anything else, so what is missing then is a message; a message whose audio is missing or
        // cannot be decoded is a file that does not exist.
        case .notFound, .noAudio, .unplayable, .expired: .noSuchVoicemail
        case .invalid, .documentTooLarge, .conflict, .mailboxDisabled: .extensionNotConfigured
        case .badCredentials, .disabled: .wrongLogin
        case .forbidden, .limitReached, .held: .notHandled
        }
    }
}
