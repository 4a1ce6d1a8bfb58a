import HTTPTypes
import Logging
import NIOCore
import Synchronization
import Testing
import Voicemail

@testable import HTTPFront

private struct Broken: Error {}

/// Counts what is read.
private final class CountingBlob: BlobReader {
    let size: Int
    let reads = Mutex<[Int]>([])
    private let failsAt: Int

    init(size: Int, failsAt: Int = .max) {
        self.size = size
        self.failsAt = failsAt
    }

    func localCopy() async throws -> LocalCopy { LocalCopy(path: "", heldBy: self) }

    func read(at offset: Int, count: Int) async throws -> ByteBuffer {
        reads.withLock { $0.append(count) }
        if offset + count > failsAt { throw Broken() }
        return ByteBuffer(bytes: pattern[offset..<offset + count])
    }
}

/// What every `CountingBlob` holds.
private let pattern: [UInt8] = {
    var random = Seeded(7)
    return random.bytes(2_000_000)
}()

private func expected(_ range: Range<Int>) -> [UInt8] {
    Array(pattern[range])
}

@Suite struct ResponseBodyTests {
    private func get(_ response: FrontResponse, _ method: String = "GET", logger: Logger = .silent) async throws -> Result<WireResponse, any Error> {
        let box = Mutex<Result<WireResponse, any Error>?>(nil)
        try await withFront(TestDialect { _ in response }, logger: logger) { port in
            let result = await Result {
                try await WireClient.connect(port) { client in
                    try await client.send(request(method, "/t/x"))
                    return try await client.response(toHead: method == "HEAD")
                }
            }
            box.withLock { $0 = result }
        }
        return try #require(box.withLock { $0 })
    }

    @Test(arguments: [0, 1, ResponseSender.wholeFile, ResponseSender.wholeFile + 1, ResponseSender.filePiece * 3 + 7])
    func filesComeWholeInLargePieces(_ size: Int) async throws {
        let blob = CountingBlob(size: size)
        let response = try await get(FrontResponse(status: .ok, body: .file(FileSlice(blob)))).get()
        #expect(response["content-length"] == "\(size)")
        #expect(response.bytes == expected(0..<size) ? true : false)
        let reads = blob.reads.withLock { $0 }
        #expect(reads.reduce(0, +) == size)
        #expect(reads.count == (size == 0 ? 0 : size <= ResponseSender.wholeFile ? 1 : (size - 1) / ResponseSender.filePiece + 1))
    }

    @Test func headReadsNothing() async throws {
        let blob = CountingBlob(size: 1_000_000)
        let response = try await get(FrontResponse(status: .ok, body: .file(FileSlice(blob))), "HEAD").get()
        #expect(response["content-length"] == "1000000")
        #expect(blob.reads.withLock { $0 }.isEmpty)
    }

    @Test(arguments: [(0..<5, 0..<5), (999_990..<1_000_010, 999_990..<1_000_000), (100..<700_000, 100..<700_000)])
    func aSliceIsClippedToItsBlob(_ asked: Range<Int>, _ sent: Range<Int>) async throws {
        let response = try await get(FrontResponse(status: .ok, body: .file(FileSlice(CountingBlob(size: 1_000_000), range: asked)))).get()
        #expect(response.bytes == expected(sent) ? true : false)
    }

    @Test(
        arguments: [
            (nil, 200, nil, 0..<7), ("bytes=1-3", 206, "bytes 1-3/7", 1..<4), ("bytes=-2", 206, "bytes 5-6/7", 5..<7), ("bytes=9-", 416, "bytes */7", 0..<0),
        ] as [(String?, Int, String?, Range<Int>)])
    func rangesAreAnswered(_ header: String?, _ status: Int, _ contentRange: String?, _ range: Range<Int>) async throws {
        let response = try await get(
            .ranged(CountingBlob(size: 7), range: header, policy: .standard, headers: [.contentType: "audio/mp3"])
        ).get()
        #expect(response.status == status)
        #expect(response["content-range"] == contentRange)
        #expect(response["accept-ranges"] == "bytes")
        #expect(response["content-type"] == (status == 416 ? nil : "audio/mp3"))
        #expect(response.bytes == expected(range))
    }

    @Test func streamsOfUnknownLengthAreChunked() async throws {
        let response = try await get(
            FrontResponse(
                status: .ok,
                body: .stream(length: nil) { writer in
                    for word in ["one ", "", "two"] { try await writer.write(ByteBuffer(string: word)) }
                })
        ).get()
        #expect(response["transfer-encoding"] == "chunked")
        #expect(response.text == "one two")
    }

    @Test func anEmptyStreamIsAnEmptyBody() async throws {
        #expect(try await get(FrontResponse(status: .ok, body: .stream(length: nil) { _ in })).get().text == "")
        #expect(try await get(FrontResponse(status: .ok, body: .stream(length: 0) { _ in })).get()["content-length"] == "0")
    }

    @Test func aBodyThatFailsBeforeItsFirstByteIsAnInternalError() async throws {
        let book = LogBook()
        for body in [FrontResponse.Body.stream(length: 5) { _ in throw Broken() }, .file(FileSlice(CountingBlob(size: 5, failsAt: 0)))] {
            let response = try await get(FrontResponse(status: .ok, body: body), logger: book.logger()).get()
            #expect(response.status == 500)
            #expect(response.text == "internal error\n")
            #expect(response["connection"] == "close")
        }
        #expect(book.lines.filter { $0.message == "the answer's body failed" }.count == 2)
    }

    @Test func halfABodyIsNeverAWholeOne() async throws {
        let bodies: [FrontResponse.Body] = [
            .stream(length: nil) { writer in
                try await writer.write(ByteBuffer(string: "half"))
                throw Broken()
            },
            .stream(length: 8) { try await $0.write(ByteBuffer(string: "half")) },
            .stream(length: 4) { writer in
                try await writer.write(ByteBuffer(string: "half"))
                try await writer.write(ByteBuffer(string: "more"))
            },
            .file(FileSlice(CountingBlob(size: 2_000_000, failsAt: 1_500_000))),
        ]
        for (number, body) in bodies.enumerated() {
            let box = Mutex(false)
            try await withFront(TestDialect { _ in FrontResponse(status: .ok, body: body) }) { port in
                try await WireClient.connect(port) { client in
                    try await client.send(request("GET", "/t/x"))
                    let response = await Result { try await client.response() }
                    // With a promised length the promise may be kept, but the connection is cut before another byte.
                    if number == 2 {
                        #expect((try? response.get().text) == "half")
                    } else {
                        #expect((try? response.get()) == nil)
                    }
                    let closed = await client.isClosed()
                    box.withLock { $0 = closed || number != 2 }
                }
            }
            #expect(box.withLock { $0 })
        }
    }

    @Test func aStreamLearnsThatItsClientIsGone() async throws {
        let (gone, tell) = AsyncStream.makeStream(of: Bool.self)
        let dialect = TestDialect { _ in
            FrontResponse(
                status: .ok,
                body: .stream(length: nil) { writer in
                    do {
                        while true { try await writer.write(ByteBuffer(repeating: 0, count: 100_000)) }
                    } catch {
                        tell.yield(true)
                        throw error
                    }
                })
        }
        try await withFront(dialect) { port in
            try await WireClient.connect(port) { client in try await client.send(request("GET", "/t/x")) }
            var iterator = gone.makeAsyncIterator()
            #expect(await iterator.next() == true)
        }
    }
}
