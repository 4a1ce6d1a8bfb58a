import Foundation

/// A sound to be played to a caller: samples of 16 bits, 8,000 a second.
public struct Clip: Sendable, Hashable {
    public static let rate = 8000

    public let samples: [Int16]

    public init(samples: [Int16]) { self.samples = samples }

    /// A pure tone.
    public static func tone(hertz: Double, milliseconds: Int, level: Double = 0.4) -> Clip {
        let count = milliseconds * rate / 1000
        // Some milliseconds up and down, so that it does not click.
        let edge = Double(min(40, max(1, count / 2)))
        return Clip(
            samples: (0..<count).map { index in
                let fade = min(1, Double(index) / edge, Double(count - 1 - index) / edge)
                return Int16(sin(2 * .pi * hertz * Double(index) / Double(rate)) * 32_767 * level * fade)
            })
    }

    public static func silence(milliseconds: Int) -> Clip { Clip(samples: [Int16](repeating: 0, count: milliseconds * rate / 1000)) }

    public static func + (first: Clip, second: Clip) -> Clip { Clip(samples: first.samples + second.samples) }

    public var milliseconds: Int { samples.count * 1000 / Self.rate }
}
