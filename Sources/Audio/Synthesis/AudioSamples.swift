import Voicemail

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Sound in memory: made up, or about to be encoded. For demonstrations, prompts and tests; recordings
/// are never held like this.
public struct AudioSamples: Sendable {
    /// -1…1, the channels of one moment side by side.
    public let interleaved: [Float]
    public let sampleRate: Int
    public let channels: Int

    public init(interleaved: [Float], sampleRate: Int, channels: Int) {
        self.interleaved = interleaved
        self.sampleRate = sampleRate
        self.channels = channels
    }

    public var durationMilliseconds: Int { interleaved.count / channels * 1000 / sampleRate }

    /// Sine tones, one channel for each frequency in hertz.
    public static func tones(_ frequencies: [Double], seconds: Double, sampleRate: Int = 8000, amplitude: Double = 0.5) -> AudioSamples {
        let frames = Int((seconds * Double(sampleRate)).rounded())
        var samples: [Float] = []
        samples.reserveCapacity(frames * frequencies.count)
        for frame in 0..<frames {
            for frequency in frequencies {
                samples.append(Float(amplitude * sin(2 * .pi * frequency * Double(frame) / Double(sampleRate))))
            }
        }
        return AudioSamples(interleaved: samples, sampleRate: sampleRate, channels: frequencies.count)
    }

    public static func silence(seconds: Double, sampleRate: Int = 8000, channels: Int = 1) -> AudioSamples {
        let frames = Int((seconds * Double(sampleRate)).rounded())
        return AudioSamples(interleaved: [Float](repeating: 0, count: frames * channels), sampleRate: sampleRate, channels: channels)
    }

    /// Something with the shape of speech: syllables of a gliding voice with harmonics, and pauses between. The same
    /// `seed` gives the same sound.
    public static func murmur(seconds: Double, sampleRate: Int = 8000, seed: UInt64 = 1) -> AudioSamples {
        var random = SplitMix64(seed: seed)
        let frames = Int((seconds * Double(sampleRate)).rounded())
        var samples: [Float] = []
        samples.reserveCapacity(frames)
        var phase = 0.0
        while samples.count < frames {
            let length = Int(Double(sampleRate) * (0.12 + 0.2 * random.unit()))
            let pitch = 95 + 80 * random.unit()
            let glide = 0.8 + 0.4 * random.unit()
            let isPause = random.unit() < 0.2
            for frame in 0..<min(length, frames - samples.count) {
                let progress = Double(frame) / Double(length)
                phase += pitch * (1 + (glide - 1) * progress) / Double(sampleRate)
                let voice = (1...8).reduce(0.0) { $0 + sin(2 * .pi * phase * Double($1)) / Double($1 + 1) }
                samples.append(isPause ? 0 : Float(0.25 * sin(.pi * progress) * voice))
            }
        }
        return AudioSamples(interleaved: samples, sampleRate: sampleRate, channels: 1)
    }

    /// This sound and then that one, which must have the same rate and channels.
    public func followed(by next: AudioSamples) -> AudioSamples {
        precondition(next.sampleRate == sampleRate && next.channels == channels, "sounds of different shape")
        return AudioSamples(interleaved: interleaved + next.interleaved, sampleRate: sampleRate, channels: channels)
    }

    /// The bytes of a file in `format`. Blocks the thread for about a millisecond for each ten seconds of sound.
    /// - Throws: `AudioError.failed` when the format has no such rate or so many channels: GSM takes one channel, MP3 two, Opus
    ///   8, 12, 16, 24 or 48 kHz.
    public func encoded(as format: FileFormat) throws(AudioError) -> [UInt8] {
        let file = MemorySink()
        let encoder = try format.encoder(file, sampleRate: sampleRate, channels: channels)
        // In blocks: the Vorbis encoder's memory grows with what it is given at once.
        for start in stride(from: 0, to: interleaved.count, by: 4096 * channels) {
            try encoder.write(interleaved[start..<min(start + 4096 * channels, interleaved.count)])
        }
        try encoder.finish()
        return file.bytes
    }
}

/// A small random generator whose sequence depends on its seed alone (Steele, Lea and Flood, 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// 0..<1.
    mutating func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
