import Voicemail
import YeastarPSeriesAPI

extension PSeriesSettings {
    /// - Parameter exchange: how long the front gives an exchange.
    init(_ reader: SettingsReader, exchange: Duration) {
        self.init()
        // A twelfth is left for everything else that belongs to an answer.
        longestAnswer = exchange * 11 / 12
        // Without a valid exchange time the longest wait is not known either.
        let longestWait = reader.isRefused("http.deadlines.exchange_seconds") ? 86_400 : max(1, Int(longestAnswer.components.seconds))
        isEnabled = reader.flag("p_series.enabled", isEnabled)
        strictUserAgent = reader.flag("p_series.strict_user_agent", strictUserAgent)
        let standard = displayFormat
        let date = reader.value("p_series.date_format", standard.date, expecting: "made of YYYY, MM and DD") { text in
            DisplayFormat(date: text, time: standard.time).map { _ in text }
        }
        displayFormat = reader.value("p_series.time_format", standard.dated(date), expecting: "made of HH, or hh and A, mm and ss") { text in
            DisplayFormat(date: date, time: text)
        }
        tokens.accessLifetime = reader.number("p_series.access_token_seconds", tokens.accessLifetime, 1...31_536_000)
        tokens.refreshLifetime = reader.number("p_series.refresh_token_seconds", tokens.refreshLifetime, 1...31_536_000)
        tokens.maximumLive = reader.number("p_series.tokens_per_application", tokens.maximumLive, 1...10_000)
        linkLifetime = reader.number("p_series.link_seconds", linkLifetime, 1...86_400)
        deviceName = reader.text("p_series.device_name", deviceName)
        modelName = reader.text("p_series.model_name", modelName)
        serialNumber = reader.value("p_series.serial_number", nil, expecting: "letters and digits, or nothing") { text in
            text.isEmpty ? .some(nil) : Self.word(text).map { .some($0) }
        }
        firmware = reader.value("p_series.firmware_version", firmware, expecting: "letters, digits, dots and hyphens", Self.word)
        recordingFormat = reader.value("p_series.recording_format", recordingFormat, expecting: "stored, wav or mp3") { word in
            word == "stored" ? .some(nil) : RecordingFormat(rawValue: word).map { .some($0) }
        }
        secondMP3 = reader.word("p_series.mp3_second_request", secondMP3)
        mp3Patience = reader.number("p_series.mp3_wait_seconds", min(mp3Patience, longestWait), 1...longestWait)
        eventMessageFormat = reader.word("p_series.event_msg_format", eventMessageFormat)
    }

    /// A text that may stand in the name of a link.
    private static func word(_ text: String) -> String? {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "."), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return isPlain && (1...40).contains(text.utf8.count) ? text : nil
    }
}
