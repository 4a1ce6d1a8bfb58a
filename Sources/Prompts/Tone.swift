import Foundation

/// The last resort: what would be said, as tones.
enum Tone {
    static func samples(for phrase: Phrase) -> [Int16] {
        switch phrase {
        case .saved, .thankYou, .goodbye, .deleted: beep(880, milliseconds: 200)
        case .mailboxFull, .noVoicemail, .notTaken, .noAccess, .invalidEntry, .tooShort, .wrongLogin:
            // Three that rise, as networks tell that something is wrong.
            beep(950, milliseconds: 330) + beep(1400, milliseconds: 330) + beep(1800, milliseconds: 330)
        case .greetingIntroduction, .personUnavailable, .personNotAvailable, .leaveMessage, .reviewMenu, .enterMailbox, .enterPIN, .counts, .messageNumber,
            .received:
            beep(620, milliseconds: 200)
        }
    }

    private static func beep(_ hertz: Double, milliseconds: Int) -> [Int16] {
        let count = milliseconds * PromptVoices.rate / 1000
        return (0..<count).map { index in
            // Some milliseconds up and down, so that it does not click.
            let fade = min(1, Double(index) / 40, Double(count - 1 - index) / 40)
            return Int16(sin(2 * .pi * hertz * Double(index) / Double(PromptVoices.rate)) * 13_000 * fade)
        }
    }
}
