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
        mixed = [Float](unsafeUninitializedCapacity: samples.count / inputs * outputs) { mixed, count in
            count = mixed.count
            samples.withUnsafeBufferPointer { samples in
                if inputs == outputs {
                    for index in 0..<count { mixed[index] = Sample.clamp(samples[index]) }
                } else {
                    for frame in 0..<count { mixed[frame] = average(samples, ofFrame: frame) }
                }
            }
        }
    }

    private func average(_ samples: UnsafeBufferPointer<Float>, ofFrame frame: Int) -> Float {
        var sum: Float = 0
        for channel in 0..<inputs { sum += Sample.clamp(samples[frame * inputs + channel]) }
        return sum / Float(inputs)
    }
}
