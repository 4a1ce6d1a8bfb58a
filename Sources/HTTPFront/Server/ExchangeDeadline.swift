import NIOCore
import NIOHTTP1

/// Bounds the time a connection may take, answers what is not HTTP, and ends connections when the server stops.
final class ExchangeDeadline: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = RequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Phase: String {
        /// A head is expected, or has begun to arrive.
        case head
        /// A request is being read or answered.
        case exchange
        /// Nothing has arrived since the last answer.
        case idle
        /// Not HTTP any more.
        case conversation
        /// Our side is closed; what the client still sends is dropped.
        case lingering
    }

    private let core: FrontCore
    private let lines: RequestLineReader
    private var phase = Phase.head
    private var timer = ConnectionTimer()
    /// How many requests were read, less the answers whose last byte the system has taken.
    private var unanswered = 0
    /// How many answers have been written to their end and are not with the system yet.
    private var unsent = 0
    /// Closes our side when nothing is unsent.
    private var pendingClose: EventLoopPromise<Void>?
    /// Between a head and its end.
    private var isReading = false
    private var isStopping = false
    /// No request has come yet.
    private var isNew = true
    /// The answer being written says that it is the last one.
    private var isLastAnswer = false
    /// Our side is closed, or will be when what is written is sent; bytes that came since are counted and dropped.
    private var isFinishing = false
    private var dropped = 0
    /// What arrived was not HTTP, and there may be more of it.
    private var isRefused = false
    /// Nothing that the client sends tells where it ends: only the end of the connection does.
    private var isEndless = false

    /// How long a client that has just connected has for its first request while the server stops.
    private static let firstWord = Duration.seconds(3)

    init(_ core: FrontCore, _ lines: RequestLineReader) {
        self.core = core
        self.lines = lines
    }

    func handlerAdded(context: ChannelHandlerContext) {
        enter(.head, after: core.deadlines.head, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer.stop()
        pendingClose?.fail(ChannelError.alreadyClosed)
        pendingClose = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if phase != .conversation { lines.parsed(part) }
        if isFinishing { return drop(part, context) }
        switch part {
        case .head:
            isNew = false
            if unanswered == 0 { enter(.exchange, after: core.deadlines.exchange, context) }
            unanswered += 1
            isReading = true
        case .body(let buffer):
            credit(buffer.readableBytes)
        case .end:
            isReading = false
            exchangeMayBeOver(context)
        }
        context.fireChannelRead(wrapInboundOut(RequestPart(part)))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Bytes have arrived and were not a whole head yet.
        if phase == .idle { enter(.head, after: core.deadlines.head, context) }
        if lines.dropped > core.limits.lingering { context.close(promise: nil) }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status == .switchingProtocols:
            context.write(data, promise: promise)
            context.flush()
            leaveHTTP(context)
        case .head(var head):
            if isStopping, head.status.code >= 200 {
                head.headers.replaceOrAdd(name: "Connection", value: "close")
                isLastAnswer = true
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body(let body):
            write(body, promise, context)
        case .end:
            let promise = promise ?? context.eventLoop.makePromise()
            let bound = bind(context)
            promise.futureResult.whenSuccess { bound.value.handler.answered(bound.value.context) }
            unsent += 1
            context.write(data, promise: promise)
        }
    }

    /// From here on the connection speaks web socket. How long it may be silent is for those who talk over it to say; the client has
    /// not been told before this moment, so nothing of what it says has come yet.
    private func leaveHTTP(_ context: ChannelHandlerContext) {
        phase = .conversation
        isEndless = true
        timer.stop()
        do { try context.pipeline.syncOperations.speakWebSocket(to: self, insteadOf: lines) } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }

    private func answered(_ context: ChannelHandlerContext) {
        unanswered -= 1
        unsent -= 1
        if unsent == 0, let pendingClose {
            self.pendingClose = nil
            return context.close(mode: .output, promise: pendingClose)
        }
        if isLastAnswer, !isReading { return context.close(promise: nil) }
        if unanswered > 0 { enter(.exchange, after: core.deadlines.exchange, context) }
        exchangeMayBeOver(context)
    }

    /// A body's bytes earn time when the system has taken them.
    private func write(_ body: IOData, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        let promise = promise ?? context.eventLoop.makePromise()
        let bytes = body.readableBytes
        let bound = bind(context)
        promise.futureResult.whenSuccess { bound.value.handler.credit(bytes) }
        context.write(wrapOutboundOut(.body(body)), promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        isFinishing = true
        let promise = promise ?? context.eventLoop.makePromise()
        let bound = bind(context)
        promise.futureResult.whenSuccess { bound.value.handler.outputClosed(bound.value.context) }
        // Closing one side of a channel whose other side is closed would drop what is unsent.
        if unsent > 0, pendingClose == nil {
            pendingClose = promise
        } else {
            context.close(mode: .output, promise: promise)
        }
    }

    /// All that was written is with the system. What the client may still be sending has to be taken, or closing would reset
    /// the connection before it reads the answer.
    private func outputClosed(_ context: ChannelHandlerContext) {
        if isReading || isEndless {
            enter(.lingering, after: core.deadlines.lingering, context)
        } else {
            context.close(promise: nil)
        }
    }

    private func drop(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head: break
        case .body(let buffer):
            dropped += buffer.readableBytes
            credit(buffer.readableBytes)
        case .end: isReading = false
        }
        if dropped > core.limits.lingering || (phase == .lingering && !isReading && !isEndless) { context.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            isStopping = true
            guard unanswered == 0, !isReading else { return }
            // A new connection may still send its first request: its client cannot know of the stop, and would take the close for a failure.
            if isNew, phase == .head { enter(.head, after: min(core.deadlines.head, Self.firstWord), context) } else { context.close(promise: nil) }
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// Bytes that are no HTTP request are passed on in their turn, behind the requests before them, so that the refusal is worded by the interface and
    /// logged. In the middle of a body they end that body.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isRefused else { return }
        guard let fault = error as? HTTPParserError, !isFinishing else { return context.fireErrorCaught(error) }
        guard fault != .invalidEOFState else {
            guard unanswered == 0, !isReading else { return context.fireErrorCaught(error) }
            return context.close(promise: nil)
        }
        core.metrics.cut("parse")
        isRefused = true
        isEndless = true
        lines.stop()
        guard !isReading else { return context.fireErrorCaught(error) }
        if unanswered == 0 { enter(.exchange, after: core.deadlines.exchange, context) }
        // A request that cannot be parsed is answered as well, so it is counted.
        unanswered += 1
        let meaning: RequestFault = fault == .headerOverflow ? .headersTooLarge(limit: core.limits.headerBytes) : .malformedRequest
        context.fireChannelRead(wrapInboundOut(.refused(RefusedRequest(line: lines.line, fields: lines.fields, fault: meaning))))
        context.fireChannelReadComplete()
    }

    private func exchangeMayBeOver(_ context: ChannelHandlerContext) {
        guard unanswered == 0, !isReading, phase == .exchange else { return }
        if isStopping {
            context.close(promise: nil)
        } else {
            enter(.idle, after: core.deadlines.idle, context)
        }
    }

    // MARK: Time

    private func enter(_ phase: Phase, after time: Duration, _ context: ChannelHandlerContext) {
        self.phase = phase
        timer.set(to: .now() + TimeAmount(time), on: context.eventLoop) { ring(context) }
    }

    /// Lets a callback of the loop come back here.
    private func bind(_ context: ChannelHandlerContext) -> NIOLoopBound<(handler: ExchangeDeadline, context: ChannelHandlerContext)> {
        NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    }

    /// A client who first sends all and reads then would not see an early answer, were he cut off while he still sends quickly enough.
    private func credit(_ bytes: Int) {
        guard phase == .exchange || phase == .lingering, core.deadlines.minimumRate > 0 else { return }
        timer.extend(by: .nanoseconds(Int64(bytes) * 1_000_000_000 / Int64(core.deadlines.minimumRate)))
    }

    private func ring(_ context: ChannelHandlerContext) -> @Sendable () -> Void {
        let bound = bind(context)
        return { bound.value.handler.timerRang(bound.value.context) }
    }

    private func timerRang(_ context: ChannelHandlerContext) {
        guard timer.hasPassed(on: context.eventLoop, { ring(context) }) else { return }
        core.metrics.cut(phase.rawValue)
        context.close(promise: nil)
    }
}
