import NIOCore
import NIOHTTP1
import Synchronization

/// A request body on its way in from the socket.
final class WireBody: Sendable {
    private struct State {
        var received = 0
        /// Bytes that a reader keeps in memory, and those of them that are counted there.
        var kept = 0
        var charged = 0
        var sender = BodySender.known
        /// The end of the message has been read.
        var isComplete = false
        /// Set once no further byte may be handed out.
        var failure: BodyError?
        /// The client waits for `100 Continue`.
        var awaitsContinue: Bool
    }

    let declaredLength: Int?
    let limit: Int
    private let parts: PartReader
    private let outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    private let memory: BodyMemory
    private let state: Mutex<State>

    init(
        declaredLength: Int?, limit: Int, awaitsContinue: Bool, memory: BodyMemory, parts: PartReader,
        outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) {
        self.memory = memory
        self.declaredLength = declaredLength
        self.limit = limit
        self.parts = parts
        self.outbound = outbound
        state = Mutex(State(awaitsContinue: awaitsContinue))
    }

    /// Bytes handed out.
    var received: Int { state.withLock { $0.received } }

    /// What is left on the wire; nil when that is unknown, or when the client has not begun to send and may never do.
    var remainder: Int? {
        state.withLock { state in
            if state.isComplete { return 0 }
            guard let declaredLength, declaredLength <= limit, !state.awaitsContinue, state.failure == nil else { return nil }
            return max(0, declaredLength - state.received)
        }
    }

    /// Lets nobody read any more: the exchange is over.
    func close() {
        state.withLock { state in
            if state.failure == nil { state.failure = .unavailable }
            memory.giveBack(state.charged, of: state.sender)
            state.charged = 0
        }
    }

    /// Notes that a reader keeps bytes until the exchange is over.
    /// - Throws: `BodyError.busy` when all requests together keep too many.
    func keep(_ bytes: Int, for sender: BodySender) throws(BodyError) {
        let fits = state.withLock { state in
            // Memory that is taken after the end would never be given back.
            guard state.failure == nil else { return true }
            // A body has one reader, so all of its bytes count for one sender.
            state.sender = sender
            state.kept += bytes
            let due = max(0, state.kept - BodyMemory.free) - state.charged
            guard due > 0 else { return true }
            guard memory.take(due, for: sender) else { return false }
            state.charged += due
            return true
        }
        if !fits { throw fail(.busy) }
    }

    /// The next buffer; nil at the end.
    func next() async throws(BodyError) -> ByteBuffer? {
        let start = state.withLock { state -> (done: Bool, failure: BodyError?, sendsContinue: Bool) in
            if state.failure == nil, let declaredLength, declaredLength > limit { state.failure = .tooLarge(limit: limit) }
            let sendsContinue = state.awaitsContinue && state.failure == nil
            if sendsContinue { state.awaitsContinue = false }
            return (state.isComplete, state.failure, sendsContinue)
        }
        if let failure = start.failure { throw failure }
        if start.done { return nil }
        let part: RequestPart?
        do {
            if start.sendsContinue {
                try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
            }
            part = try await parts.next()
        } catch {
            throw fail(Self.meaning(of: error))
        }
        return try take(part)
    }

    private func take(_ part: RequestPart?) throws(BodyError) -> ByteBuffer? {
        switch part {
        case .body(let buffer):
            let isTooLarge = state.withLock { state in
                state.received += buffer.readableBytes
                return state.received > limit
            }
            if isTooLarge { throw fail(.tooLarge(limit: limit)) }
            return buffer
        case .end:
            state.withLock { $0.isComplete = true }
            return nil
        case .head, .refused:
            throw fail(.malformed)
        case nil:
            // The stream ends without an error when the task is cancelled; that is no end of the message.
            throw fail(.incomplete)
        }
    }

    private func fail(_ error: BodyError) -> BodyError {
        if error == .unavailable { return error }
        return state.withLock { state in
            let failure = state.failure ?? error
            state.failure = failure
            return failure
        }
    }

    private static func meaning(of error: any Error) -> BodyError {
        switch error {
        case let error as BodyError: error
        case HTTPParserError.invalidEOFState: .incomplete
        case is HTTPParserError: .malformed
        default: .incomplete
        }
    }
}
