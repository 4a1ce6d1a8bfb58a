import Voicemail

/// How receivers are told of new messages by mail.
public struct NoticeSettings: Sendable, Hashable {
    /// What a mail carries of the message, unless its mailbox wants none.
    public enum Audio: String, Sendable, CaseIterable {
        /// The bytes as they are stored.
        case stored
        case mp3
        case wav
        /// A way to it, in place of the sound itself.
        case link
        case none

        /// What it is rendered in; nil where it is not.
        var container: Rendition.Container? { Rendition.Container(rawValue: rawValue) }
    }

    public var audio = Audio.stored
    /// Bytes of the largest audio that goes into a mail; of larger there is a link, where there can be one.
    public var maximumAudioBytes = 10_000_000
    /// Where this server is found by those who get mail; nil where no link can be made.
    public var publicURL: String?
    /// Days that a link is good.
    public var linkDays = 7
    /// Of mails to those for whom nobody has chosen a language.
    public var language = "en"
    /// An answer to a mail goes to the caller's number there; nil for the sender.
    public var replyDomain: String?
    public var deletion = Messages.DeletionAfterNotify.trash

    public init() {}
}
