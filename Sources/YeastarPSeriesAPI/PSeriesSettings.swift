import Voicemail

/// What an installation sets for this dialect: what an administrator of the PBX would set in its web portal.
public struct PSeriesSettings: Sendable, Hashable {
    /// Off, every call is answered 70123.
    public var isEnabled = true
    /// Refuses calls without a `User-Agent` (P§2.3).
    public var strictUserAgent = false
    /// How times are shown (P§2.9).
    public var displayFormat = DisplayFormat.standard
    public var tokens = TokenRules()
    /// Seconds a download link is good for (P§4).
    public var linkLifetime = 1800
    /// Links of one application that are good at once: as many as a client can ask for that fetches 25 recordings a second. None ends before its
    /// time (P§4), so one more is 60002.
    public var mostLinks = 50_000
    /// What the PBX calls itself (P§9.5).
    public var deviceName = "Aftertone"
    public var modelName = "P-Series Software Edition"
    /// In answers and with every event; nil for one that stays the same as long as the data does.
    public var serialNumber: String?
    /// Shown, and part of the names of links.
    public var firmware = "83.23.0.123"
    /// What recordings are downloaded as; nil as they were stored (P§8.4).
    public var recordingFormat: RecordingFormat?
    /// What a second download gets while an MP3 is being made for the account.
    public var secondMP3 = SecondMP3.wait
    /// Seconds it waits at most; less than `longestAnswer`.
    public var mp3Patience = 30
    /// How long an answer may wait for a conversion, its turn included, before it is 70082: less than the front gives an exchange, so
    /// that there is an answer.
    public var longestAnswer = Duration.seconds(110)
    /// How long a web socket may be silent (P§11.1).
    public var socketSilence = Duration.seconds(60)
    /// How `msg` of an event is sent (P§11.2).
    public var eventMessageFormat = EventMessageFormat.auto

    public init() {}

    public enum RecordingFormat: String, Sendable, CaseIterable {
        case wav, mp3
    }

    public enum SecondMP3: String, Sendable, CaseIterable {
        case wait, refuse
    }

    public enum EventMessageFormat: String, Sendable, CaseIterable {
        /// As a string for the older events, as an object for the newer ones.
        case auto
        case string, object
    }
}
