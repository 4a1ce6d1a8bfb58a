import Logging
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Lets a listener rest when the system has no descriptor or no memory for another connection, and says so. A socket with somebody waiting
/// stays readable, and NIO would look at it again at once, for as long as that lasts. Meanwhile the rest of the process has what was spared.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let pause = TimeAmount.milliseconds(250)
    private static let betweenLines = TimeAmount.seconds(60)

    private let logger: Logger
    private let spare: SpareDescriptors
    private var isPaused = false
    private var nextLine = NIODeadline.uptimeNanoseconds(0)

    init(_ logger: Logger, spare: SpareDescriptors) {
        self.logger = logger
        self.spare = spare
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? IOError, Self.isShortage(error.errnoCode) { rest(context, error) }
        context.fireErrorCaught(error)
    }

    private static func isShortage(_ code: CInt) -> Bool {
        code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM
    }

    private func rest(_ context: ChannelHandlerContext, _ error: IOError) {
        spare.release()
        if NIODeadline.now() >= nextLine {
            nextLine = .now() + Self.betweenLines
            logger.warning("a connection has to wait", metadata: ["reason": "\(String(cString: strerror(error.errnoCode)))"])
        }
        guard !isPaused else { return }
        isPaused = true
        let bound = NIOLoopBound((handler: self, channel: context.channel), eventLoop: context.eventLoop)
        context.channel.setOption(.autoRead, value: false).whenComplete { _ in bound.value.handler.goOnLater(bound.value.channel) }
    }

    private func goOnLater(_ channel: any Channel) {
        let bound = NIOLoopBound((handler: self, channel: channel), eventLoop: channel.eventLoop)
        channel.eventLoop.scheduleTask(in: Self.pause) {
            let (handler, channel) = bound.value
            guard channel.isActive else { return }
            guard handler.spare.retake() else { return handler.goOnLater(channel) }
            handler.isPaused = false
            _ = channel.setOption(.autoRead, value: true)
        }
    }
}
