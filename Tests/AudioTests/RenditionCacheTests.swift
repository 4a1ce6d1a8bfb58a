import Foundation
import NIOCore
import NIOPosix
import Testing
import Voicemail

@testable import Audio

@Suite struct RenditionCacheTests {
    /// One second: 16,044 bytes as `telephone`.
    static func second(_ frequency: Double = 500) throws -> AudioSource { .bytes(try AudioSamples.tones([frequency], seconds: 1).encoded(as: .wavMuLaw)) }
    static let size = 16_044
    /// No audio: whoever still gets a rendering got it from the cache.
    static let nothing = AudioSource.bytes([UInt8]())

    func withDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("cache-\(HexID.random())").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory)
    }

    func cache(_ directory: String, limit: Int = 1_000_000) throws -> RenditionCache {
        try RenditionCache(directory: directory, byteLimit: limit, threads: .singleton)
    }

    func write(_ count: Int) -> (FileSink) throws -> Void {
        { sink in
            let written = sink.attempt { () throws(AudioError) in
                let bytes = [UInt8](repeating: 7, count: count)
                try bytes.withUnsafeBytes { bytes in Result { () throws(AudioError) in try sink.write(bytes) } }.get()
                return count
            }
            if let failure = sink.failure { throw failure }
            #expect(written == count)
        }
    }

    @Test func theSecondTimeItComesFromTheCache() async throws {
        try await withEngine { engine, directory in
            let key = BlobID()
            let first = try await engine.render(try Self.second(), key: key, as: .telephone).bytes()
            let again = try await engine.render(Self.nothing, key: key, as: .telephone)
            #expect(try await again.bytes() == first)
            #expect(again.contentType == "audio/wav")
            let kept = try renderings(in: directory)
            #expect(kept == ["\(key.hex).wav-8000-mono"])
            await #expect(throws: AudioError.undecodable) { try await engine.render(Self.nothing, key: key, as: .gsm) }
            await #expect(throws: AudioError.undecodable) { try await engine.render(Self.nothing, key: BlobID(), as: .telephone) }
        }
    }

    @Test func readersReadAnyPartOfIt() async throws {
        try await withEngine { engine, _ in
            let reader = try await engine.render(try Self.second(), key: BlobID(), as: .telephone).reader
            #expect(reader.size == Self.size)
            let all = try await reader.read(at: 0, count: .max)
            #expect(all.readableBytes == Self.size)
            #expect(try await reader.read(at: 44, count: 100) == all.getSlice(at: 44, length: 100))
            #expect(try await reader.read(at: Self.size - 1, count: 100).readableBytes == 1)
            #expect(try await reader.read(at: Self.size, count: 1).readableBytes == 0)
            #expect(try await reader.read(at: -1, count: 1).readableBytes == 0)
            #expect(FileManager.default.contents(atPath: try await reader.localCopy().path) == Data(Array(buffer: all)))
        }
    }

    @Test func theLeastRecentlyUsedGoesFirst() async throws {
        try await withEngine(cacheByteLimit: 3 * Self.size) { engine, _ in
            let keys = (0..<4).map { _ in BlobID() }
            for key in keys[..<3] { _ = try await engine.render(try Self.second(), key: key, as: .telephone) }
            _ = try await engine.render(Self.nothing, key: keys[0], as: .telephone)
            _ = try await engine.render(try Self.second(), key: keys[3], as: .telephone)
            for key in [keys[0], keys[2], keys[3]] { _ = try await engine.render(Self.nothing, key: key, as: .telephone) }
            await #expect(throws: AudioError.undecodable) { try await engine.render(Self.nothing, key: keys[1], as: .telephone) }
        }
    }

    /// A rendering may be used any number of times before it is the one to go, and the order of the others stays.
    @Test func manyUsesKeepTheOrder() async throws {
        try await withDirectory { directory in
            let cache = try cache(directory, limit: 1000)
            let keys = (0..<10).map { _ in BlobID() }
            for key in keys { _ = try cache.make(key, "wav", write(100)) }
            for _ in 0..<100 {
                for key in keys.reversed() { #expect(cache.open(key, "wav") != nil) }
            }
            for (count, expected) in keys.reversed().enumerated() {
                _ = try cache.make(BlobID(), "wav", write(100))
                #expect(cache.bytes == 1000)
                let left = try renderings(in: directory).filter { name in keys.contains { name.hasPrefix($0.hex) } }
                #expect(left.count == 9 - count)
                #expect(!left.contains("\(expected.hex).wav"))
            }
        }
    }

    @Test func oneByteLessMeansOneFileLess() async throws {
        try await withEngine(cacheByteLimit: 3 * Self.size - 1) { engine, directory in
            for _ in 0..<3 { _ = try await engine.render(try Self.second(), key: BlobID(), as: .telephone) }
            #expect(try renderings(in: directory).count == 2)
        }
    }

    @Test func whoReadsKeepsReadingAfterEviction() async throws {
        try await withEngine(cacheByteLimit: Self.size) { engine, directory in
            let first = try await engine.render(try Self.second(), key: BlobID(), as: .telephone)
            let whole = try await first.bytes()
            let next = BlobID()
            _ = try await engine.render(try Self.second(900), key: next, as: .telephone)
            let kept = try renderings(in: directory)
            #expect(kept == ["\(next.hex).wav-8000-mono"])
            #expect(try await first.bytes() == whole)
            #expect(FileManager.default.contents(atPath: try await first.reader.localCopy().path) == Data(whole))
        }
    }

    @Test func aRenderingLargerThanTheCacheIsRefusedAndLeavesNothing() async throws {
        try await withEngine(cacheByteLimit: Self.size - 1) { engine, directory in
            await #expect(throws: AudioError.full) { try await engine.render(try Self.second(), key: BlobID(), as: .telephone) }
            let left = try renderings(in: directory)
            #expect(left.isEmpty)
            // The room it had taken is free again.
            _ = try await engine.render(try Self.second(), key: BlobID(), as: .gsm)
        }
    }

    @Test func theWholeDirectoryMayBeDeletedAtAnyTime() async throws {
        try await withEngine { engine, directory in
            let key = BlobID()
            let before = try await engine.render(try Self.second(), key: key, as: .telephone)
            let whole = try await before.bytes()
            try FileManager.default.removeItem(atPath: directory)
            #expect(try await before.bytes() == whole)
            #expect(try await engine.render(try Self.second(), key: key, as: .telephone).bytes() == whole)
            let kept = try renderings(in: directory)
            #expect(kept.count == 1)
        }
    }

    @Test func aFileThatIsGoneOrShorterIsMadeAgain() async throws {
        try await withEngine { engine, directory in
            let key = BlobID()
            let whole = try await engine.render(try Self.second(), key: key, as: .telephone).bytes()
            let path = "\(directory)/\(key.hex).wav-8000-mono"
            try FileManager.default.removeItem(atPath: path)
            #expect(try await engine.render(try Self.second(), key: key, as: .telephone).bytes() == whole)
            try Data(whole.prefix(100)).write(to: URL(fileURLWithPath: path))
            #expect(try await engine.render(try Self.second(), key: key, as: .telephone).bytes() == whole)
        }
    }

    @Test func forgettingABlobDropsAllItsRenderings() async throws {
        try await withEngine { engine, directory in
            let (gone, kept) = (BlobID(), BlobID())
            for key in [gone, kept] {
                for rendition in [Rendition.telephone, .gsm, .mp3] { _ = try await engine.render(try Self.second(), key: key, as: rendition) }
            }
            try await engine.forget(gone)
            try await engine.forget(BlobID())
            let files = try renderings(in: directory)
            #expect(files == ["\(kept.hex).gsm-8000-mono", "\(kept.hex).mp3-16000-mono", "\(kept.hex).wav-8000-mono"])
        }
    }

    @Test func aBlobForgottenWhileItIsRenderedIsNotKept() async throws {
        try await withDirectory { directory in
            let cache = try cache(directory)
            let key = BlobID()
            let file = try cache.make(key, "wav") { sink in
                try write(100)(sink)
                cache.forget(key)
            }
            #expect(try await file.read(at: 0, count: 200).readableBytes == 100)
            #expect(cache.open(key, "wav") == nil)
            #expect(cache.bytes == 0)
            let left = try renderings(in: directory)
            #expect(left.isEmpty)
        }
    }

    @Test func whatFailsLeavesNothing() async throws {
        try await withDirectory { directory in
            let cache = try cache(directory)
            #expect(throws: AudioError.undecodable) {
                try cache.make(BlobID(), "wav") { sink in
                    try write(100_000)(sink)
                    #expect(cache.bytes == 100_000)
                    throw AudioError.undecodable
                }
            }
            #expect(throws: AudioError.failed("the rendering is empty")) { try cache.make(BlobID(), "wav") { _ in } }
            #expect(cache.bytes == 0)
            let left = try renderings(in: directory)
            #expect(left.isEmpty)
        }
    }

    @Test func whatIsBeingMadeTakesRoomToo() async throws {
        try await withDirectory { directory in
            let cache = try cache(directory, limit: 1000)
            let old = BlobID()
            _ = try cache.make(old, "wav", write(400))
            _ = try cache.make(BlobID(), "wav") { sink in
                try write(700)(sink)
                #expect(cache.open(old, "wav") == nil)
                #expect(throws: AudioError.full) { try cache.make(BlobID(), "wav", write(301)) }
                _ = try cache.make(BlobID(), "wav", write(300))
            }
            #expect(cache.bytes == 1000)
        }
    }

    @Test func makingAnewReplaces() async throws {
        try await withDirectory { directory in
            let cache = try cache(directory)
            let key = BlobID()
            _ = try cache.make(key, "wav", write(400))
            _ = try cache.make(key, "wav", write(50))
            #expect(cache.bytes == 50)
            #expect(cache.open(key, "wav")?.size == 50)
        }
    }

    @Test func aRestartFindsWhatIsThereInItsOrder() async throws {
        try await withDirectory { directory in
            let keys = (0..<3).map { _ in BlobID() }
            let first = try cache(directory)
            for (age, key) in keys.enumerated() {
                _ = try first.make(key, "wav-8000-mono", write(100))
                let date = Date(timeIntervalSinceNow: Double(-1000 * age))
                try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: "\(directory)/\(key.hex).wav-8000-mono")
            }
            let second = try cache(directory, limit: 250)
            #expect(second.bytes == 200)
            #expect(second.open(keys[0], "wav-8000-mono")?.size == 100)
            #expect(second.open(keys[2], "wav-8000-mono") == nil)
            // To use one is to make it the youngest, for the next start too.
            let date = Date(timeIntervalSinceNow: -500)
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: "\(directory)/\(keys[0].hex).wav-8000-mono")
            #expect(second.open(keys[1], "wav-8000-mono") != nil)
            let third = try cache(directory, limit: 150)
            #expect(third.open(keys[1], "wav-8000-mono") != nil)
            #expect(third.open(keys[0], "wav-8000-mono") == nil)
        }
    }

    @Test func aStartClearsAwayWhatWasHalfMadeAndNothingElse() async throws {
        try await withDirectory { directory in
            _ = try cache(directory)
            let blob = BlobID().hex
            for name in ["\(HexID.random()).partial", "\(blob).empty", "notes.txt", "\(blob)"] {
                let bytes = name.hasSuffix(".empty") ? Data() : Data([1])
                try bytes.write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
            }
            try FileManager.default.createDirectory(atPath: "\(directory)/\(blob).dir", withIntermediateDirectories: false)
            let cache = try cache(directory)
            #expect(cache.bytes == 0)
            #expect(try renderings(in: directory) == ["\(blob)", "\(blob).dir", "notes.txt"].sorted())
        }
    }

    @Test func afterTheMachineWentDownNothingIsTrusted() async throws {
        try await withDirectory { directory in
            let key = BlobID()
            _ = try cache(directory).make(key, "wav", write(100))
            try Data("another-boot\n".utf8).write(to: URL(fileURLWithPath: "\(directory)/boot"))
            #expect(try cache(directory).open(key, "wav") == nil)
            let left = try renderings(in: directory)
            #expect(left.isEmpty)
            _ = try cache(directory).make(key, "wav", write(100))
            #expect(try cache(directory).open(key, "wav") != nil)
        }
    }

    @Test func aCacheThatCannotBeMadeIsSaidAtTheStart() async throws {
        let file = try writeTemporary([1])
        defer { try? FileManager.default.removeItem(atPath: file) }
        await #expect(throws: AudioError.self) { try await AudioEngine.start(.init(cacheDirectory: "\(file)/cache")) }
    }
}
