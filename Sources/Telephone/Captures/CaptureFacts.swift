import Foundation
import SIP

/// What has to be known of a recording to make a message of it, should nobody be left who remembers the call.
struct CaptureFacts: Codable, Sendable, Hashable {
    /// The message's id, made up before it exists: however often the deposit is tried, there is one message.
    let id: String
    let accountID: String
    let mailboxID: String
    let callID: String
    let from: String?
    let callerNumber: String?
    let callerName: String?
    /// Seconds since 1970.
    let started: Int
    /// `PCMU`, `PCMA`, `G722` or `OPUS`.
    let encoding: String

    /// An unknown encoding is read as µ-law.
    var format: SoundFormat { SoundFormat(rawValue: encoding) ?? .muLaw }
}
