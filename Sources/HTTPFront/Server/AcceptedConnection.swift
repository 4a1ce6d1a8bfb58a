import NIOCore
import NIOHTTP1

/// A connection between its acceptance and its end; closed when nobody serves it any more, or when nobody ever did.
///
/// A listener whose server is cancelled drops what it has accepted in that moment. A `NIOAsyncChannel` must not be dropped
/// before its writer is finished (it traps), so the wrapper is kept here until the connection has ended, which finishes the writer.
final class AcceptedConnection: Sendable {
    let wrapped: NIOAsyncChannel<RequestPart, HTTPServerResponsePart>

    var channel: any Channel { wrapped.channel }

    /// Called on the event loop of `channel`.
    init(_ channel: any Channel) throws {
        wrapped = try NIOAsyncChannel(
            wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
    }

    deinit {
        wrapped.channel.closeFuture.whenComplete { [wrapped] _ in withExtendedLifetime(wrapped) {} }
        wrapped.channel.close(promise: nil)
    }
}
