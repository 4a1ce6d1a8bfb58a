import Waiting

/// One recording of a call, while it lasts.
@SIPLoop final class SoundRecorder {
    let ended = Wait<RecordEnd>()
    private let sink: any SoundSink
    private let rules: RecordRules
    private let format: SoundFormat
    /// For what comes in another format than the recording is kept in.
    private var encoder: SoundEncoder
    private var take: any Laying
    private var steps = 0
    private var lastSpeech = 0
    /// Where the last speech ends, in samples.
    private var speechEnd = 0

    /// What waits here is lost with the process, beside what may still be put in order and what waits for the disk: half a second in all.
    private static let stepsBetweenDrains = 2
    private static let samplesInStep = Clip.rate / 50

    init(_ format: SoundFormat, to sink: any SoundSink, _ rules: RecordRules) {
        self.format = format
        encoder = SoundEncoder(format)
        self.sink = sink
        self.rules = rules
        take = format == .opus ? PacketTake() : Take(silence: format.silence)
    }

    func passed(_ packet: RTPPacket) { take.placing.note(packet) }

    func heard(_ sound: HeardSound) {
        let now = steps * Self.samplesInStep, units = sound.format.unitsInTick
        let end =
            sound.format == format
            ? take.lay(sound.packet, sound.bytes, unitsInTick: units, now: now)
            : take.lay(sound.packet, encoded(Array(sound.samples)), unitsInTick: units, now: now)
        guard let end, isLoud(sound.samples) else { return }
        lastSpeech = steps
        speechEnd = max(speechEnd, end)
    }

    /// Of another format than the recording's: Opus takes ten milliseconds at a time.
    private func encoded(_ samples: [Int16]) -> [[UInt8]] {
        guard format == .opus else { return [encoder.encode(samples)] }
        let piece = Clip.rate / 100
        return stride(from: 0, to: samples.count, by: piece).map { start in
            let samples = samples[start..<min(start + piece, samples.count)]
            return encoder.encode(samples + repeatElement(0, count: piece - samples.count))
        }
    }

    private func isLoud(_ samples: UnsafeBufferPointer<Int16>) -> Bool {
        var sum = 0
        // No closure: one of the loop's is asked at every call whether it is on its thread.
        for sample in samples { sum += Int(sample.magnitude) }
        return !samples.isEmpty && sum >= rules.threshold * samples.count
    }

    /// - Parameter isExpected: whether the other side may send at all: one that is on hold is not silent.
    /// - Returns: false when that was the end of it.
    func step(isExpected: Bool) -> Bool {
        steps += 1
        if !isExpected { lastSpeech = steps }
        // By the clock it is over only when so much more time has passed that nothing of it can be on its way.
        if take.end >= rules.longest || steps * Self.samplesInStep >= rules.longest + Clip.rate {
            end(.longest)
            return false
        }
        if let silent = rules.silentSteps, steps - lastSpeech >= silent {
            end(.silence)
            return false
        }
        if steps % Self.stepsBetweenDrains == 0 { give(take.drain()) }
        return true
    }

    func end(_ reason: RecordEnd.Reason) {
        give(take.finish())
        let samples = min(reason == .silence ? speechEnd : take.end, rules.longest)
        ended.end(RecordEnd(reason: reason, samples: samples, lost: take.placing.lost, late: take.placing.late, received: take.placing.received))
    }

    private func give(_ sound: [UInt8]) {
        if !sound.isEmpty { sink.append(sound) }
    }
}
