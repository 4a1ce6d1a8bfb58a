import Foundation
import NIOCore
import NIOHTTP1
import TestKit
import Testing
import Voicemail

@testable import S3Archive

/// What a network and an overloaded service do to requests.
struct FaultTests {
    /// Runs `body` with an archive whose requests go through a service with faults, and that service.
    private func withFaults<Value: Sendable>(
        _ change: (inout S3Options) -> Void = { _ in }, _ rule: @escaping @Sendable (FaultyService.Request, Int) -> FaultyService.Fault,
        _ body: (S3Archive, FaultyService) async throws -> Value
    ) async throws -> Value {
        try await withBucket { options in
            let service = try FaultyService(before: options.endpoint.description, rule)
            return try await service.run { address in
                var options = try S3ArchiveTests.options(options.bucket, at: address)
                change(&options)
                return try await withArchive(options) { try await body($0, service) }
            }
        }
    }

    /// What an archive says why it could not store.
    private func reason(of archive: S3Archive) async -> String? {
        do {
            _ = try await ArchiveContract.store([1, 2, 3], in: archive)
            return nil
        } catch ArchiveError.failed(let reason) {
            return reason
        } catch {
            return "\(error)"
        }
    }

    @Test("An overloaded service is asked again") func slowDown() async throws {
        try await withFaults({ _ in }, { $0.method == .PUT && $1 < 2 ? .refuse(503, "SlowDown") : .none }) { archive, service in
            let bytes = Bytes.pattern(100_000)
            let stored = try await ArchiveContract.store(bytes, in: archive)
            #expect(service.count(.PUT) == 3)
            #expect(try await ArchiveContract.contents(of: stored.id, in: archive) == bytes)
        }
    }

    @Test("One that stays overloaded is not asked for ever, and nothing is kept") func alwaysSlow() async throws {
        try await withFaults({ $0.attempts = 3 }, { request, _ in request.method == .PUT ? .refuse(503, "SlowDown") : .none }) { archive, service in
            let reason = await reason(of: archive)
            #expect(reason == "the service is overloaded (SlowDown)")
            #expect(service.count(.PUT) == 3)
            let listed = try await ArchiveContract.listing(of: archive)
            #expect(listed == [:])
            #expect(await archive.unavailability() == "the service is overloaded (SlowDown)")
        }
    }

    @Test("What is refused for good is not asked again", arguments: [(403, "AccessDenied"), (400, "InvalidRequest"), (404, "NoSuchBucket")])
    func refusals(_ status: Int, _ code: String) async throws {
        try await withFaults({ _ in }, { request, _ in request.method == .PUT ? .refuse(status, code) : .none }) { archive, service in
            let reason = await reason(of: archive)
            #expect(reason?.contains(code) == true)
            #expect(service.count(.PUT) == 1)
        }
    }

    @Test("A PUT whose answer is lost is found to be done, once") func lostAnswer() async throws {
        try await withFaults({ _ in }, { $0.method == .PUT && $1 == 0 ? .loseAnswer : .none }) { archive, service in
            let bytes = Bytes.pattern(200_000)
            let stored = try await ArchiveContract.store(bytes, in: archive)
            #expect(service.count(.PUT) == 1 && service.count(.HEAD) == 1)
            #expect(try await ArchiveContract.contents(of: stored.id, in: archive) == bytes)
        }
    }

    @Test("One that was lost before it was done is sent again, from a file too", arguments: [1000, 700_000]) func lostRequest(_ size: Int) async throws {
        try await withFaults({ _ in }, { $0.method == .PUT && $1 == 0 ? .drop : .none }) { archive, service in
            let bytes = Bytes.pattern(size)
            let stored = try await ArchiveContract.store(bytes, in: archive)
            #expect(service.count(.PUT) == 2)
            #expect(try await ArchiveContract.contents(of: stored.id, in: archive) == bytes)
        }
    }

    @Test("Behind a PUT under a given name that was cut off nothing is removed that is stored under it next", arguments: [true, false])
    func givenName(_ isDone: Bool) async throws {
        let (begun, note) = AsyncStream.makeStream(of: Void.self)
        let rule: @Sendable (FaultyService.Request, Int) -> FaultyService.Fault = { request, count in
            guard request.method == .PUT, count == 0 else { return .none }
            note.yield()
            return isDone ? .loseAnswer : .silence
        }
        // One that is done and not acknowledged is looked for, in vain here.
        let looked: @Sendable (FaultyService.Request, Int) -> FaultyService.Fault = { $0.method == .HEAD ? .refuse(503, "SlowDown") : rule($0, $1) }
        try await withFaults({ $0.attempts = 1 }, looked) { archive, service in
            let id = BlobID(), bytes = Bytes.pattern(1000)
            let attempt = Task { try await Self.store(bytes, as: id, in: archive) }
            for await _ in begun { break }
            if !isDone { attempt.cancel() }
            await #expect(throws: (any Error).self) { try await attempt.value }
            try await Self.store(bytes, as: id, in: archive)
            // Does first what is still to be done.
            await archive.cleaner.close()
            #expect(service.count(.PUT) == 2 && service.count(.DELETE) == 0)
            #expect(try await ArchiveContract.contents(of: id, in: archive) == bytes)
        }
    }

    private static func store(_ bytes: [UInt8], as id: BlobID, in archive: S3Archive) async throws {
        let writer = try await archive.begin(limit: bytes.count, as: id)
        do {
            try await writer.write(ByteBuffer(bytes: bytes))
            _ = try await writer.finish()
            await writer.abandon()
        } catch {
            await writer.abandon()
            throw error
        }
    }

    @Test("An answer that ends in the middle is asked for again") func cutBody() async throws {
        try await withFaults({ _ in }, { $0.method == .GET && $1 < 2 ? .cut(10_000) : .none }) { archive, service in
            let bytes = Bytes.pattern(200_000)
            let stored = try await ArchiveContract.store(bytes, in: archive)
            #expect(try await ArchiveContract.contents(of: stored.id, in: archive) == bytes)
            #expect(service.count(.GET) == 3)
        }
    }

    @Test("Other bytes than were stored are told from them") func wrongBytes() async throws {
        try await withFaults({ _ in }, { request, _ in request.method == .GET ? .wrongByte : .none }) { archive, _ in
            let stored = try await ArchiveContract.store(Bytes.pattern(1000), in: archive)
            await #expect(throws: ArchiveError.failed("the service answers as no S3 service does: other bytes than were stored")) {
                _ = try await archive.open(stored.id)
            }
        }
    }

    @Test("A service that says nothing is given up, and the server is not ready") func silence() async throws {
        let limits: (inout S3Options) -> Void = { ($0.requestSeconds, $0.attempts) = (1, 2) }
        try await withFaults(limits, { _, _ in .silence }) { archive, _ in
            let start = ContinuousClock.now
            let reason = await reason(of: archive)
            #expect(reason == "the service cannot be reached: no answer in time")
            #expect(ContinuousClock.now - start < .seconds(60))
        }
    }

    @Test("A clock that is off is made up for") func skew() async throws {
        let late = "Sun, 06 Nov 2044 08:49:37 GMT"
        let rule: @Sendable (FaultyService.Request, Int) -> FaultyService.Fault = { request, count in
            // What is signed with that time the real one would refuse.
            let stored = FaultyService.Fault.say(200, "", ["etag": "\"\(S3Body([1]).entityTag)\""])
            return request.method != .PUT ? .none : count == 0 ? .refuseAt(403, "RequestTimeTooSkewed", date: late) : stored
        }
        try await withFaults({ _ in }, rule) { archive, service in
            _ = try await ArchiveContract.store([1], in: archive)
            let dates = service.requests.filter { $0.method == .PUT }.compactMap { $0.headers.first(name: "x-amz-date") }
            #expect(dates.count == 2 && dates.last?.hasPrefix("20441106T08") == true)
        }
    }

    @Test("What was written now was written now, whatever the service's clock shows", arguments: [7200, -7200]) func otherClock(_ seconds: Int) async throws {
        try await withFaults({ _ in }, { _, _ in .clockAhead(seconds) }) { archive, _ in
            let stored = try await ArchiveContract.store([1, 2, 3], in: archive)
            let written = try #require(try await archive.written(stored.id))
            #expect(abs(written.unix - SystemClock().now.unix) <= 60)
        }
    }

    @Test("Nobody at the address is told in words") func nobody() async throws {
        let nobody = try options("bucket", at: "http://127.0.0.1:1")
        await #expect(throws: S3OpenError.unusable("the service cannot be reached: connection refused")) { try await withArchive(nobody, key: "k") { _ in } }
    }
}
