import NIOCore
import Synchronization

/// Connections that the system has handed over and no task serves yet.
final class Arrivals: Sendable {
    private let count = Atomic(0)

    var isOver: Bool { count.load(ordering: .acquiring) <= 0 }

    func accepted() { count.add(1, ordering: .acquiringAndReleasing) }
    func taken() { count.subtract(1, ordering: .acquiringAndReleasing) }
}

/// Counts them as they come, before their own event loop has them.
final class ArrivalHandler: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let arrivals: Arrivals

    init(_ arrivals: Arrivals) {
        self.arrivals = arrivals
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        arrivals.accepted()
        context.fireChannelRead(data)
    }
}
