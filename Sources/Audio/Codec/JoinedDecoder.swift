import Voicemail

/// Decodes one piece of audio whose parts differ in rate or channels, as a recorder leaves it that is paused, or a program
/// that joins files. All comes at the highest rate and with the most channels of any part, so that no part loses anything.
///
/// Belongs to one conversion and is used on its thread only. One part is open at a time.
final class JoinedDecoder: SampleDecoder {
    struct Part {
        let sampleRate: Int
        let channels: Int
        let open: () throws(AudioError) -> any SampleDecoder
    }

    let sampleRate: Int
    let channels: Int
    private(set) var isIncomplete = false
    private var waiting: ArraySlice<Part>
    private var current: (any SampleDecoder)?
    private var resampler: Resampler?
    private var raw: [Float] = []
    /// Samples that are ready, of which `taken` have been handed on.
    private var ready: [Float] = []
    private var taken = 0

    private static let blockFrames = 4096

    init(_ parts: [Part]) {
        sampleRate = parts.reduce(0) { max($0, $1.sampleRate) }
        channels = parts.reduce(0) { max($0, $1.channels) }
        waiting = parts[...]
    }

    func read(into block: inout [Float]) throws(AudioError) -> Int {
        while taken == ready.count {
            ready.removeAll(keepingCapacity: true)
            taken = 0
            guard try refill() else { return 0 }
        }
        let count = min(block.count, ready.count - taken)
        block.replaceSubrange(..<count, with: ready[taken..<taken + count])
        taken += count
        return count / channels
    }

    /// Decodes a block of the part that is open, or opens the next one.
    /// - Returns: false when all parts are at their end.
    private func refill() throws(AudioError) -> Bool {
        guard let current else { return try openNext() }
        let frames = try current.read(into: &raw)
        if frames == 0 {
            isIncomplete = isIncomplete || current.isIncomplete
            self.current = nil
            try resampler?.finish { (samples) throws(AudioError) in ready += samples }
            resampler = nil
            return true
        }
        let spread = spread(raw[..<(frames * current.channels)], from: current.channels)
        if let resampler {
            try resampler.feed(spread) { (samples) throws(AudioError) in ready += samples }
        } else {
            ready += spread
        }
        return true
    }

    private func openNext() throws(AudioError) -> Bool {
        guard let part = waiting.popFirst() else { return false }
        do {
            let decoder = try part.open()
            raw = [Float](repeating: 0, count: Self.blockFrames * decoder.channels)
            resampler = decoder.sampleRate == sampleRate ? nil : try Resampler(from: decoder.sampleRate, to: sampleRate, channels: channels)
            current = decoder
        } catch .undecodable {
            isIncomplete = true
        }
        return true
    }

    /// One channel is heard in all of them; others stay where they are, beside silence.
    private func spread(_ samples: ArraySlice<Float>, from inputs: Int) -> ArraySlice<Float> {
        guard inputs != channels else { return samples }
        var spread = [Float](repeating: 0, count: samples.count / inputs * channels)
        for frame in 0..<(samples.count / inputs) {
            for channel in 0..<channels where inputs == 1 || channel < inputs {
                spread[frame * channels + channel] = Sample.clamp(samples[samples.startIndex + frame * inputs + (inputs == 1 ? 0 : channel)])
            }
        }
        return spread[...]
    }
}
