import NIOCore
import Testing
import Voicemail

@testable import Audio

@Suite struct PeaksTests {
    @Test func theWaveformShowsWhereItIsLoud() async throws {
        let sound = AudioSamples.silence(seconds: 1).followed(by: .tones([500], seconds: 1, amplitude: 0.5))
        for format in [FileFormat.wavPCM16, .flac, .mp3] {
            let bytes = try sound.encoded(as: format)
            try await withEngine { engine, _ in
                let peaks = try await engine.peaks(.bytes(bytes), count: 20)
                #expect(peaks.count == 20)
                #expect(peaks[..<9].allSatisfy { $0.high < 0.02 && $0.low > -0.02 })
                #expect(peaks[11...].allSatisfy { abs($0.high - 0.5) < 0.05 && abs($0.low + 0.5) < 0.05 }, "\(format) \(peaks)")
            }
        }
    }

    @Test func channelsAreMixed() async throws {
        let opposite = AudioSamples(interleaved: (0..<8000).flatMap { _ in [Float(0.5), -0.5] }, sampleRate: 8000, channels: 2)
        let bytes = try opposite.encoded(as: .wavPCM16)
        try await withEngine { engine, _ in
            let peaks = try await engine.peaks(.bytes(bytes), count: 4)
            #expect(peaks == Array(repeating: Peak(low: 0, high: 0), count: 4))
        }
    }

    @Test("Two channels are told apart where that is asked for, and three are mixed all the same")
    func channelsApart() async throws {
        let stereo = AudioSamples(interleaved: (0..<8000).flatMap { _ in [Float(0.5), -0.25] }, sampleRate: 8000, channels: 2)
        let three = AudioSamples(interleaved: (0..<8000).flatMap { _ in [Float(0.5), 0.25, 0] }, sampleRate: 8000, channels: 3)
        let apart = try stereo.encoded(as: .wavPCM16), mixed = try three.encoded(as: .wavPCM16)
        try await withEngine { engine, _ in
            let channels = try await engine.peaks(.bytes(apart), count: 4, apart: true)
            #expect(channels.map(\.count) == [4, 4])
            let first = channels[0], second = channels[1]
            #expect(first.allSatisfy { abs($0.high - 0.5) < 0.01 && $0.low > 0.4 } && second.allSatisfy { abs($0.low + 0.25) < 0.01 && $0.high < 0 })
            let one = try await engine.peaks(.bytes(mixed), count: 4, apart: true)
            #expect(one.count == 1 && one[0].allSatisfy { abs($0.high - 0.25) < 0.01 })
        }
    }

    @Test(arguments: [(0, false), (1, true), (4096, true), (4097, false), (-1, false)])
    func howManyMayBeAskedFor(_ count: Int, _ accepted: Bool) async throws {
        let bytes = try AudioSamples.tones([500], seconds: 0.1).encoded(as: .wavPCM16)
        try await withEngine { engine, _ in
            if accepted {
                let peaks = try await engine.peaks(.bytes(bytes), count: count)
                #expect(peaks.count == count)
            } else {
                await #expect(throws: AudioError.failed("\(count) peaks were asked for")) { try await engine.peaks(.bytes(bytes), count: count) }
            }
        }
    }

    /// Each sample is its own number, so that every peak tells which samples it saw.
    @Test(arguments: [1, 10, 4096, 65_535, 65_536, 65_537, 200_000, 1_000_001])
    func everySampleCountsAndTheSpreadIsEven(_ total: Int) {
        var meter = PeakMeter()
        for start in stride(from: 0, to: total, by: 4096) { meter.add((start..<min(total, start + 4096)).map { Float($0) }) }
        for count in [1, 7, 100, 4096] {
            var copy = meter
            let peaks = copy.finish(count: count)
            #expect(peaks.count == count)
            #expect(peaks.first?.low == 0)
            #expect(peaks.last?.high == Float(total - 1))
            let share = Float(total) / Float(count)
            // A stretch is an eighth of a peak at the most.
            let slack = max(1, share / 4)
            for (index, peak) in peaks.enumerated() where abs(peak.low - Float(index) * share) > slack || abs(peak.high + 1 - Float(index + 1) * share) > slack
            {
                Issue.record("peak \(index) of \(count) over \(total): \(peak)")
            }
        }
    }

    @Test func noSamplesNoPeaks() {
        var meter = PeakMeter()
        #expect(meter.finish(count: 5) == [])
    }
}
