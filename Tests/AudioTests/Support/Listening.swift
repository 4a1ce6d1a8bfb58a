import Foundation
import NIOCore
import Voicemail

@testable import Audio

extension AudioSamples {
    /// Everything a decoder makes of `bytes`.
    static func decoded(_ bytes: [UInt8], maxSeconds: Int = 3600) throws -> AudioSamples {
        let budget = WorkBudget(maxSeconds: maxSeconds, timeLimit: .seconds(600), cancellation: StopSignal(), shutdown: StopSignal())
        let decoding = try Decoding(.bytes(bytes), budget: budget)
        var samples: [Float] = []
        _ = try decoding.forEachBlock { samples += $0 }
        return AudioSamples(interleaved: samples, sampleRate: decoding.decoder.sampleRate, channels: decoding.decoder.channels)
    }

    func channel(_ index: Int) -> [Float] {
        stride(from: index, to: interleaved.count, by: channels).map { interleaved[$0] }
    }

    /// The strongest of the frequencies 100, 200, … below half the sample rate, heard in the middle second of one channel.
    func pitch(ofChannel index: Int = 0) -> Int {
        let all = channel(index)
        let middle = all.dropFirst(max(0, (all.count - sampleRate) / 2)).prefix(sampleRate)
        return stride(from: 100, to: min(sampleRate / 2, 4000), by: 100).max { middle.power(at: $0, sampleRate) < middle.power(at: $1, sampleRate) } ?? 0
    }

    /// How much of a frequency a channel holds: about a quarter of the squared amplitude of a sine.
    func power(at frequency: Int, ofChannel index: Int = 0) -> Double {
        channel(index)[...].power(at: frequency, sampleRate)
    }
}

extension ArraySlice<Float> {
    /// Goertzel's filter.
    fileprivate func power(at frequency: Int, _ sampleRate: Int) -> Double {
        let coefficient = 2 * cos(2 * .pi * Double(frequency) / Double(sampleRate))
        var (older, old) = (0.0, 0.0)
        for sample in self { (older, old) = (old, Double(sample) + coefficient * old - older) }
        return (old * old + older * older - coefficient * old * older) / Double(count) / Double(count)
    }
}
