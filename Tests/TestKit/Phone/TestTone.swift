import Foundation

/// Finds tones.
public enum TestTone {
    /// How long a tone lasts in a sound: stretches of 20 milliseconds of which it is the greater part (Goertzel).
    public static func milliseconds(of hertz: Double, in samples: [Int], rate: Int = 8000) -> Int {
        let window = rate / 50
        var count = 0
        for start in stride(from: 0, to: samples.count - window + 1, by: window) where share(of: hertz, in: samples[start..<(start + window)], rate) > 0.5 {
            count += 1
        }
        return count * 20
    }

    /// The part of the energy that is at a frequency.
    public static func share(of hertz: Double, in samples: ArraySlice<Int>, _ rate: Int = 8000) -> Double {
        let coefficient = 2 * cos(2 * .pi * hertz / Double(rate))
        var (first, second, energy) = (0.0, 0.0, 0.0)
        for sample in samples {
            let value = Double(sample)
            (first, second) = (value + coefficient * first - second, first)
            energy += value * value
        }
        guard energy > 1000 * Double(samples.count) else { return 0 }
        let power = first * first + second * second - coefficient * first * second
        return 2 * power / (Double(samples.count) * energy)
    }
}
