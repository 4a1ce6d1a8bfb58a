import Waiting

/// What a call's sound tells it.
extension Call: MediaOwner {
    /// Keys that are remembered; more are dropped.
    private static let mostKeys = 32

    func pressed(_ key: Character) {
        if let recording {
            self.recording = nil
            return recording.end(.key(key))
        }
        if let playing, playing.isInterruptible {
            self.playing = nil
            playing.ended.end(.key(key))
            return
        }
        if let wait = keyWait, wait.end(key) {
            keyWait = nil
            return
        }
        if pressedKeys.count < Self.mostKeys { pressedKeys.append(key) }
    }

    var isRecording: Bool { recording != nil }

    func heard(_ sound: HeardSound?) {
        life.sign(at: media.steps)
        if let sound { recording?.heard(sound) }
    }

    func passed(_ packet: RTPPacket) {
        life.sign(at: media.steps)
        recording?.passed(packet)
    }

    func nextSound() -> ArraySlice<Int16>? {
        guard let playing else { return nil }
        if let sound = playing.next() { return sound }
        self.playing = nil
        playing.ended.end(.finished)
        return nil
    }

    func passed20Milliseconds() {
        if let recording, !recording.step(isExpected: media.isSpokenTo) { self.recording = nil }
        if media.steps >= longestSteps { return end(.us) }
        if life.isDue(at: media.steps) { askForLife() }
    }
}
