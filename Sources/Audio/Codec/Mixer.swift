/// Brings interleaved samples to the channels that are wanted: as they are, or their average in one.
struct Mixer {
    let inputs: Int
    let outputs: Int

    /// - Parameter mono: one channel; otherwise one and two channels stay as they are, and more are mixed into one.
    init(channels: Int, mono: Bool) {
        inputs = channels
        outputs = mono || channels > 2 ? 1 : channels
    }

    /// Mixes `samples` into `mixed`, which is overwritten. What is no number becomes silence, so that one bad sample does
    /// not spread through the filters that follow.
    func mix(_ samples: ArraySlice<Float>, into mixed: inout [Float]) {
        mixed.removeAll(keepingCapacity: true)
        guard inputs != outputs else { return mixed.append(contentsOf: samples.lazy.map(Sample.clamp)) }
        samples.withUnsafeBufferPointer { samples in
            for frame in 0..<samples.count / inputs {
                var sum: Float = 0
                for channel in 0..<inputs { sum += Sample.clamp(samples[frame * inputs + channel]) }
                mixed.append(sum / Float(inputs))
            }
        }
    }
}
