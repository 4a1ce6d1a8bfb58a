import Foundation
import NIOCore
import Testing
import Voicemail

@testable import Audio

/// What a piece of audio may cost: length, time, and an end when nobody wants it any more.
@Suite struct BoundsTests {
    @Test(arguments: [FileFormat.flac, .oggVorbis, .oggOpus, .mp3, .wavPCM16, .gsm])
    func theLongestAndOneBlockMore(_ format: FileFormat) async throws {
        let longest = try AudioSamples.tones([500], seconds: 2).encoded(as: format)
        let longer = try AudioSamples.tones([500], seconds: 2.02).encoded(as: format)
        try await withEngine(maxSeconds: 2) { engine, directory in
            let facts = try await engine.measure(.bytes(longest))
            #expect(facts.durationMilliseconds == 2000)
            _ = try await engine.render(.bytes(longest), key: BlobID(), as: .gsm)
            let tooLong = AudioError.tooLong(limitSeconds: 2)
            await #expect(throws: tooLong) { try await engine.measure(.bytes(longer)) }
            await #expect(throws: tooLong) { try await engine.render(.bytes(longer), key: BlobID(), as: .telephone) }
            await #expect(throws: tooLong) { try await engine.peaks(.bytes(longer), count: 10) }
            let kept = try renderings(in: directory)
            #expect(kept.count == 1)
        }
    }

    /// Silence that compresses to almost nothing: ten minutes in a few kilobytes.
    @Test func hoursOfSilenceEndAtTheLimit() async throws {
        let bytes = try AudioSamples.silence(seconds: 600).encoded(as: .flac)
        #expect(bytes.count < 40_000)
        try await withEngine(maxSeconds: 10) { engine, _ in
            await #expect(throws: AudioError.tooLong(limitSeconds: 10)) { try await engine.measure(.bytes(bytes)) }
        }
    }

    @Test func noTimeMeansNoConversion() async throws {
        let bytes = try AudioSamples.tones([500], seconds: 1).encoded(as: .flac)
        try await withEngine(timeLimit: .zero) { engine, directory in
            let error = AudioError.overloaded("converting the audio took longer than it may")
            #expect(try await engine.measure(.bytes(bytes), for: "a", .upload) == .pending(container: "flac"))
            await #expect(throws: error) { try await engine.render(.bytes(bytes), key: BlobID(), as: .telephone) }
            let left = try renderings(in: directory)
            #expect(left.isEmpty)
        }
    }

    /// The longest sound takes the longest, on the slowest machine.
    @Test func theLengthOfTheSoundGivesTime() async throws {
        let bytes = try AudioSamples.tones([500], seconds: 1).encoded(as: .flac)
        try await withEngine(timeLimit: .zero, timeForSecond: .seconds(600)) { engine, _ in
            let rendered = try await engine.render(.bytes(bytes), key: BlobID(), as: .telephone)
            #expect(rendered.reader.size == 16_044)
            // Nobody waits for measuring without end.
            await #expect(throws: AudioError.overloaded("converting the audio took longer than it may")) {
                try await engine.peaks(.bytes(bytes), count: 10)
            }
        }
    }

    @Test func aStoppedConversionEndsAtItsNextBlock() throws {
        let (cancellation, shutdown) = (StopSignal(), StopSignal())
        let budget = WorkBudget(maxSeconds: 10, timeLimit: .seconds(600), cancellation: cancellation, shutdown: shutdown)
        try budget.spend(frames: 1, sampleRate: 8000)
        shutdown.stop()
        #expect(throws: AudioError.shutDown) { try budget.spend(frames: 1, sampleRate: 8000) }
        cancellation.stop()
        #expect(throws: AudioError.unwanted) { try budget.spend(frames: 1, sampleRate: 8000) }
    }

    @Test func allChannelsCount() throws {
        let budget = WorkBudget(
            maxSeconds: 10, samplesPerSecond: 16_000, timeLimit: .seconds(600), cancellation: StopSignal(), shutdown: StopSignal())
        // Ten seconds of two channels at 8 kHz may be five of four.
        try budget.spend(frames: 40_000, sampleRate: 8000, channels: 4)
        #expect(throws: AudioError.tooLong(limitSeconds: 10)) { try budget.spend(frames: 1, sampleRate: 8000, channels: 1) }
    }

    /// What takes longer than somebody waits is pending; nobody waits for what needs no waiting.
    @Test func patienceEnds() async throws {
        let bytes = try AudioSamples.tones([500], seconds: 1).encoded(as: .mp3), plain = try AudioSamples.tones([500], seconds: 1).encoded(as: .wavPCM16)
        try await withEngine(conversionsAtOnce: 1, maxSeconds: 100_000, measuringMoment: .zero) { engine, directory in
            try await withEndlessFile { endless in
                let holder = Task { try await engine.render(endless, key: BlobID(), as: .mp3) }
                await until { (try? renderings(in: directory).isEmpty) == false }
                for patience in [MeasuringPatience.none, .moment] {
                    let decoded = try await engine.measure(.bytes(bytes), for: "b", patience)
                    let counted = try await engine.measure(.bytes(plain), for: "b", patience)
                    #expect(decoded == .pending(container: "mp3"))
                    #expect(counted.facts?.durationMilliseconds == 1000)
                }
                holder.cancel()
                _ = await holder.result
            }
            #expect(try await engine.measure(.bytes(bytes), for: "b", .background).facts?.container == "mp3")
            await #expect(throws: AudioError.undecodable) { try await engine.measure(.bytes([1, 2, 3]), for: "b", .none) }
        }
    }

    /// One account's work of minutes holds up another's upload by a piece of it.
    @Test func anotherAccountsUploadIsMeasuredBetween() async throws {
        let bytes = try AudioSamples.tones([500], seconds: 1).encoded(as: .mp3)
        try await withEngine(conversionsAtOnce: 1, maxSeconds: 100_000) { engine, directory in
            try await withEndlessFile { endless in
                let isOver = Locked(false)
                let holder = Task {
                    defer { isOver.withLock { $0 = true } }
                    return try await engine.render(endless, key: BlobID(), as: .mp3, for: "a")
                }
                await until { (try? renderings(in: directory).isEmpty) == false }
                let found = try await engine.measure(.bytes(bytes), for: "b", .upload)
                #expect(found.facts?.container == "mp3")
                #expect(!isOver.withLock { $0 })
                holder.cancel()
                _ = await holder.result
            }
        }
    }

    /// An upload that has to play and cannot be measured in time is taken if its beginning is sound, and else put off.
    @Test(arguments: [FileFormat.flac, .oggVorbis, .oggOpus, .mp3, .wavIMA])
    func anUploadWaitsForSoLongAndNoLonger(_ format: FileFormat) async throws {
        let bytes = try AudioSamples.murmur(seconds: 2).encoded(as: format)
        // Headers alone are no sound.
        var spoilt = bytes.prefix(FLACHeader.byteCount) + [UInt8](repeating: 0, count: 10_000)
        spoilt[4] |= 0x80
        let headersAlone = Array(spoilt)
        try await withEngine(measuringLimit: .zero) { engine, _ in
            let found = try await engine.measure(.bytes(bytes), for: "a", .upload)
            #expect(found == .pending(container: format.container.rawValue))
            guard format == .flac else { return }
            await #expect(throws: AudioError.overloaded("measuring the audio takes too long")) {
                try await engine.measure(.bytes(headersAlone), for: "a", .upload)
            }
        }
    }

    /// Decoding ends with the patience, and leaves its place to others.
    @Test(arguments: [MeasuringPatience.moment, .upload])
    func decodingEndsWithThePatience(_ patience: MeasuringPatience) async throws {
        let bytes = try AudioSamples.tones([500], seconds: 1).encoded(as: .mp3), limit = Duration.milliseconds(20)
        var hours = try AudioSamples.tones([500], seconds: 20).encoded(as: .mp3)
        for _ in 0..<10 { hours += hours }
        let long = hours
        try await withEngine(conversionsAtOnce: 1, maxSeconds: 100_000, measuringMoment: limit, measuringLimit: limit) { engine, _ in
            let found = try await engine.measure(.bytes(long), for: "a", patience)
            #expect(found == .pending(container: "mp3"))
            let short = try await engine.measure(.bytes(bytes), for: "b", .background)
            #expect(short.facts?.container == "mp3")
        }
    }

    /// A glance at the beginning costs no more than it may, whatever was put there to be found again and again.
    @Test func aGlanceIsBounded() throws {
        let sound = try AudioSamples.murmur(seconds: 1).encoded(as: .flac)
        let marks = (0..<(1 << 17)).flatMap { _ in Array("fLaC".utf8) }
        let bytes = Array(sound.prefix(FLACHeader.byteCount)) + marks
        let budget = WorkBudget(
            maxSeconds: 10, timeLimit: .seconds(600), cancellation: StopSignal(), shutdown: StopSignal(), mostLooked: 1 << 20)
        #expect(throws: AudioError.overloaded("there is more to look through for sound than may be")) {
            let source = try ByteSource(.bytes(bytes), budget: budget)
            _ = try AudioInput(recognising: source).beginsWithSound(source)
        }
    }

    /// What has to be searched for sound is searched in a conversion's turn.
    @Test func theSearchForFramesIsWork() async throws {
        let frames = try AudioSamples.murmur(seconds: 1).encoded(as: .mp3)
        let junk = (0..<1_000_000).map { _ in [0xFF, 0xE2, 0x14, 0x00] as [UInt8] }.joined()
        let (cancellation, shutdown) = (StopSignal(), StopSignal())
        let budget = WorkBudget(maxSeconds: 10, timeLimit: .zero, cancellation: cancellation, shutdown: shutdown)
        let late = AudioError.overloaded("converting the audio took longer than it may")
        #expect(throws: late) { try AudioInput(recognising: ByteSource(.bytes(Array(junk) + frames), budget: budget)) }
        try await withEngine { engine, _ in
            let zeros = [UInt8](repeating: 0, count: 2_000_000)
            let found = try await engine.measure(.bytes(zeros + frames), for: "a", .upload)
            #expect(found.facts?.container == "mp3")
            let unmeasured = try await engine.measure(.bytes(zeros + frames), for: "a", .none)
            #expect(unmeasured == .pending(container: "mp3"))
            await #expect(throws: AudioError.undecodable) { try await engine.measure(.bytes(zeros), for: "a", .none) }
        }
    }

    @Test func aCancelledRenderingLeavesNothingAndTheNextOneWorks() async throws {
        let good = try AudioSamples.murmur(seconds: 1).encoded(as: .flac)
        try await withEndlessFile { endless in
            try await withEngine(conversionsAtOnce: 1, maxSeconds: 100_000) { engine, directory in
                let key = BlobID()
                for _ in 0..<3 {
                    let task = Task { try await engine.render(endless, key: key, as: .mp3) }
                    await until { (try? renderings(in: directory).isEmpty) != true }
                    task.cancel()
                    await #expect(throws: CancellationError.self) { try await task.value }
                    let left = try renderings(in: directory)
                    #expect(left.isEmpty)
                }
                let rendered = try await engine.render(.bytes(good), key: key, as: .telephone)
                #expect(rendered.reader.size == 16_044)
            }
        }
    }

    /// Whoever has waited for it long enough finds it done the next time, though nobody waited meanwhile.
    @Test func aRenderingThatWasWaitedForGoesOnByItself() async throws {
        let sound = try AudioSamples.murmur(seconds: 1).encoded(as: .flac)
        try await withEndlessFile { endless in
            try await withEngine(conversionsAtOnce: 1, maxSeconds: 100_000, goingOnAfter: .zero) { engine, directory in
                let long = BlobID(), short = BlobID()
                let first = Task { try await engine.render(endless, key: long, as: .mp3) }
                await until { (try? renderings(in: directory).isEmpty) != true }
                let second = Task { try await engine.render(.bytes(sound), key: short, as: .telephone) }
                await until { engine.isRendering(short, as: .telephone) }
                for task in [first, second] {
                    task.cancel()
                    await #expect(throws: CancellationError.self) { try await task.value }
                }
                // Audio that is removed is no work any more.
                try await engine.forget(long)
                await until { !engine.isRendering(long, as: .mp3) && !engine.isRendering(short, as: .telephone) }
                #expect(try renderings(in: directory) == ["\(short.hex).wav-8000-mono"])
                #expect(try await engine.rendered(short, as: .telephone)?.reader.size == 16_044)
            }
        }
    }

    @Test func measuringAndPeaksStopTooWhenCancelled() async throws {
        let silence = try AudioSamples.silence(seconds: 600).encoded(as: .flac)
        try await withEndlessFile { endless in
            try await withEngine(conversionsAtOnce: 1, maxSeconds: 100_000) { engine, _ in
                let holder = Task { try await engine.peaks(endless, count: 10) }
                let measuring = Task { try await engine.measure(.bytes(silence)) }
                measuring.cancel()
                holder.cancel()
                await #expect(throws: CancellationError.self) { try await holder.value }
                await #expect(throws: CancellationError.self) { try await measuring.value }
            }
        }
    }

    @Test func longConversionsDoNotHoldUpWhatNeedsNone() async throws {
        let bytes = try AudioSamples.murmur(seconds: 1).encoded(as: .wavMuLaw)
        try await withEndlessFile { endless in
            try await withEngine(conversionsAtOnce: 1, maxSeconds: 100_000) { engine, directory in
                let key = BlobID()
                _ = try await engine.render(.bytes(bytes), key: key, as: .telephone)
                let holder = Task { try await engine.render(endless, key: BlobID(), as: .mp3) }
                await until { (try? renderings(in: directory).count) != 1 }
                let facts = try await engine.measure(.bytes(bytes))
                #expect(facts.durationMilliseconds == 1000)
                let rendered = try await engine.render(.bytes(bytes), key: key, as: .telephone)
                let output = try await rendered.bytes()
                #expect(output.count == 16_044)
                holder.cancel()
                await #expect(throws: CancellationError.self) { try await holder.value }
            }
        }
    }

    @Test func afterShutdownConversionsAreRefusedAndRenderingsStayReadable() async throws {
        let bytes = try AudioSamples.murmur(seconds: 1).encoded(as: .flac)
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("audio-\(HexID.random())").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let engine = try await AudioEngine.start(.init(cacheDirectory: directory))
        let rendered = try await engine.render(.bytes(bytes), key: BlobID(), as: .telephone)
        try await engine.shutdown()
        await #expect(throws: AudioError.shutDown) { try await engine.measure(.bytes(bytes)) }
        await #expect(throws: AudioError.shutDown) { try await engine.render(.bytes(bytes), key: BlobID(), as: .telephone) }
        let output = try await rendered.bytes()
        #expect(output.count == 16_044)
    }

    @Test func shutdownEndsWhatIsRunning() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("audio-\(HexID.random())").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await withEndlessFile { endless in
            let engine = try await AudioEngine.start(.init(cacheDirectory: directory, conversionsAtOnce: 1, maxSeconds: 100_000))
            let tasks = (0..<3).map { _ in Task { try await engine.render(endless, key: BlobID(), as: .mp3) } }
            await until { (try? renderings(in: directory).isEmpty) != true }
            try await engine.shutdown()
            for task in tasks { await #expect(throws: AudioError.shutDown) { try await task.value } }
            let left = try renderings(in: directory)
            #expect(left.isEmpty)
        }
    }
}
