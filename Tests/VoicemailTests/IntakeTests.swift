import NIOCore
import Synchronization
import TestKit
import Testing
import Voicemail

/// A decoder that breaks is no verdict on the audio: the upload fails, and nothing of it stays.
@Suite struct IntakeTests {
    /// The machine's decoder on a bad day.
    private struct BrokenCodec: AudioCodec {
        let whole: any AudioCodec
        var error = AudioError.failed("no threads")

        func measure(_ source: AudioSource, for account: String, _ patience: MeasuringPatience) async throws -> MeasuringOutcome {
            // Who waits for less than an upload may is never told that there is too much to do.
            switch (patience, error) {
            case (.none, _), (.moment, .overloaded): return .pending(container: "wav")
            default: throw error
            }
        }
        func render(_ source: AudioSource, key: BlobID, as rendition: Rendition, for account: String) async throws -> RenderedAudio {
            try await whole.render(source, key: key, as: rendition, for: account)
        }
        func rendered(_ key: BlobID, as rendition: Rendition) async throws -> RenderedAudio? { try await whole.rendered(key, as: rendition) }
        func forget(_ key: BlobID) async throws { try await whole.forget(key) }
        func peaks(_ source: AudioSource, count: Int, apart: Bool) async throws -> [[Peak]] {
            try await whole.peaks(source, count: count, apart: apart)
        }
    }

    /// One that is measured from memory, and one from its file.
    @Test(arguments: [10_000, 3_000_000])
    func nothingStays(bytes: Int) async throws {
        try await TestServer.run { server in
            let service = server.service
            let broken = VoicemailService(
                store: service.store, archive: service.archive, codec: BrokenCodec(whole: service.codec), secrets: service.secrets)
            let intake = broken.messages.receiveAudio()
            try await intake.write(ByteBuffer(repeating: 1, count: bytes))
            await #expect(throws: AudioError.failed("no threads")) {
                _ = try await intake.finish(contentType: "audio/wav", fileName: "a.wav", policy: .keepAnything)
            }
            try await service.archive.list { id, _ in Issue.record("\(id) stays") }
        }
    }

    /// Audio goes with the change that failed, and stays with one that may have taken place.
    @Test(arguments: [(StoreError.failed("lost"), false), (.undecided, true)])
    func whatMayBeNamedStays(error: StoreError, stays: Bool) async throws {
        try await TestServer.run { server in
            let service = server.service
            let intake = service.messages.receiveAudio()
            try await intake.write(ByteBuffer(repeating: 1, count: 10_000))
            let received = try await intake.finish(contentType: "audio/wav", fileName: "a.wav", policy: .keepAnything, isLengthKnown: true)
            do { try await service.dropping(received) { throw error } } catch let thrown { #expect(thrown as? StoreError == error) }
            let isThere = try await service.archive.written(received.record.blob.id) != nil
            #expect(isThere == stays)
        }
    }

    /// A decoder that has too much to do refuses no message, and no promise that a file plays is made without it.
    @Test(arguments: [10_000, 3_000_000])
    func whatCannotBeMeasuredNowIsKept(bytes: Int) async throws {
        try await TestServer.run { server in
            let service = server.service, busy = AudioError.overloaded("too many conversions are waiting")
            let codec = BrokenCodec(whole: service.codec, error: busy)
            let busyService = VoicemailService(store: service.store, archive: service.archive, codec: codec, secrets: service.secrets)
            for policy in [AudioPolicy.keepAnything, .playableOnly] {
                let intake = busyService.messages.receiveAudio()
                try await intake.write(ByteBuffer(repeating: 1, count: bytes))
                if policy == .keepAnything {
                    let received = try await intake.finish(contentType: "audio/wav", fileName: "a.wav", policy: policy)
                    #expect(received.record.facts == nil && received.record.unmeasured == "wav" && received.record.blob.size == bytes)
                    try await service.archive.remove(received.record.blob.id)
                } else {
                    await #expect(throws: busy) { _ = try await intake.finish(contentType: "audio/wav", fileName: "a.wav", policy: policy) }
                }
            }
            try await service.archive.list { id, _ in Issue.record("\(id) stays") }
        }
    }

    /// Whose sender says how long it is needs no decoder where the policy asks for none.
    @Test(arguments: [10_000, 3_000_000])
    func aKnownLengthIsNotMeasured(bytes: Int) async throws {
        try await TestServer.run { server in
            let service = server.service
            let broken = VoicemailService(
                store: service.store, archive: service.archive, codec: BrokenCodec(whole: service.codec), secrets: service.secrets)
            let intake = broken.messages.receiveAudio()
            try await intake.write(ByteBuffer(repeating: 1, count: bytes))
            let received = try await intake.finish(contentType: "audio/wav", fileName: "a.wav", policy: .keepAnything, isLengthKnown: true)
            #expect(received.record.unmeasured == "wav" && received.record.blob.size == bytes)
            let playable = broken.messages.receiveAudio()
            try await playable.write(ByteBuffer(repeating: 1, count: bytes))
            await #expect(throws: AudioError.failed("no threads")) {
                _ = try await playable.finish(contentType: "audio/wav", fileName: "a.wav", policy: .playableOnly, isLengthKnown: true)
            }
        }
    }

    @Test("Nothing is opened before the first byte, and what was begun and not finished is dropped, though nothing went wrong")
    func unfinished() async throws {
        try await TestServer.run { server in
            let messages = server.service.messages
            let isEmpty = try await messages.receivingAudio { intake in
                try await intake.write(ByteBuffer())
                return intake.isEmpty
            }
            #expect(isEmpty)
            let isBegun = try await messages.receivingAudio { intake in
                try await intake.write(ByteBuffer(bytes: Sound.bytes(1, 1)))
                return !intake.isEmpty
            }
            #expect(isBegun)
            let listed = Mutex(0)
            try await server.service.archive.list { _, _ in listed.withLock { $0 += 1 } }
            #expect(listed.withLock { $0 } == 0)
            // As an empty file, not as nothing: whoever finishes has one.
            let empty = try await messages.receivingAudio { intake in
                try await intake.finish(contentType: "audio/wav", fileName: "a.wav", policy: .keepAnything)
            }
            #expect(empty.record.blob.size == 0 && empty.record.facts == nil)
        }
    }

    /// What is received is nobody's left-over while somebody holds it.
    @Test func whatIsHeldIsNotSwept() async throws {
        try await TestServer.run { server in
            let intake = server.service.messages.receiveAudio()
            try await intake.write(ByteBuffer(bytes: Sound.bytes(1, 1)))
            let received = try await intake.finish(contentType: "audio/wav", fileName: "a.wav", policy: .keepAnything)
            #expect(try await server.service.housekeeping.removeOrphans() == 0)
            #expect(try await server.service.archive.open(received.record.blob.id).size == Sound.bytes(1, 1).count)
        }
    }
}
