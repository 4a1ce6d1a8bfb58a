import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import HTTPFront

/// What bodies of all requests together may take of memory.
@Suite struct BodyMemoryTests {
    private static let limit = 70_000
    private static let whole = BodyMemory.free + limit

    private static var limits: FrontLimits {
        var limits = FrontLimits()
        // Less the share of strangers.
        limits.bodiesInMemory = limit * BodyMemory.parts / (BodyMemory.parts - 1)
        return limits
    }

    private static func answer(_ port: Int, bytes: Int) async throws -> String {
        try await WireClient.connect(port) { client in
            try await client.send(request("PUT", "/t/x", body: String(repeating: "x", count: bytes)))
            return try await client.response().text
        }
    }

    private let fate = TestDialect { request in
        do throws(BodyError) {
            return .text(.ok, "\(try await request.body.collect().readableBytes)")
        } catch {
            return .text(.badRequest, "\(error)")
        }
    }

    @Test func oneMayHaveAllOfItAndNoMore() async throws {
        try await withFront(fate, limits: Self.limits) { (port: Int) async throws in
            for _ in 0..<3 {
                #expect(try await Self.answer(port, bytes: Self.whole) == "\(Self.whole)\n")
                #expect(try await Self.answer(port, bytes: Self.whole + 1) == "busy\n")
            }
        }
    }

    /// Somebody who sends much and never ends shuts out large bodies and no others, and nobody any more once he is gone.
    @Test func whatOthersHoldIsNotThere() async throws {
        try await withFront(fate, limits: Self.limits) { (port: Int) async throws in
            try await WireClient.connect(port) { slow in
                try await slow.send("PUT /t/x HTTP/1.1\r\nHost: x\r\nContent-Length: \(Self.whole)\r\n\r\n")
                try await slow.send(String(repeating: "x", count: Self.whole - 1))
                // Until all of that has been read.
                while try await Self.answer(port, bytes: BodyMemory.free + 2) != "busy\n" {}
                #expect(try await Self.answer(port, bytes: BodyMemory.free) == "\(BodyMemory.free)\n")
                #expect(try await Self.answer(port, bytes: BodyMemory.free + 1) == "\(BodyMemory.free + 1)\n")
            }
            while try await Self.answer(port, bytes: Self.whole) != "\(Self.whole)\n" {}
        }
    }

    @Test func strangersHaveAShareOfTheirOwn() {
        let memory = BodyMemory(limit: 800)
        #expect(!memory.take(101, for: .stranger))
        #expect(memory.take(100, for: .stranger))
        #expect(!memory.take(1, for: .stranger))
        #expect(!memory.take(701, for: .known))
        #expect(memory.take(700, for: .known))
        memory.giveBack(100, of: .stranger)
        #expect(!memory.take(1, for: .known))
        #expect(memory.take(100, for: .stranger))
    }

    /// Uploads are not kept, so they are not counted.
    @Test func bodiesThatAreReadPieceByPieceAreFree() async throws {
        let counting = TestDialect { request in
            var count = 0
            do throws(BodyError) {
                for try await piece in request.body { count += piece.readableBytes }
            } catch {
                return .text(.badRequest, "\(error)")
            }
            return .text(.ok, "\(count)")
        }
        try await withFront(counting, limits: Self.limits) { (port: Int) async throws in
            #expect(try await Self.answer(port, bytes: 10 * Self.limit) == "\(10 * Self.limit)\n")
        }
    }
}
