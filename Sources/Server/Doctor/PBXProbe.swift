import NIOCore
import NIOPosix
import Voicemail

/// One OPTIONS request (RFC 3261 §11) over UDP, which every SIP system answers that takes our requests at all.
enum PBXProbe {
    private static let patience = TimeAmount.seconds(3)
    /// A datagram may get lost, so it is sent again.
    private static let attempts = 3
    private static let pause = TimeAmount.milliseconds(500)

    /// - Returns: the first line of the answer; nil where there is none.
    static func ask(_ address: CallAddress) async throws -> String? {
        let peer = try SocketAddress(ipAddress: address.host, port: address.port)
        let group = MultiThreadedEventLoopGroup.singleton
        let answer = group.any().makePromise(of: String?.self)
        let here = peer.protocol == .inet6 ? "::" : "0.0.0.0"
        let channel = try await DatagramBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(FirstLine(answer)) }
            }
            .bind(host: here, port: 0).get()
        let datagram = ByteBuffer(string: request(to: address, from: channel.localAddress?.port ?? 5060))
        for attempt in 0..<attempts {
            channel.eventLoop.scheduleTask(in: pause * attempt) {
                // Whether it could be sent, the answer shows.
                channel.writeAndFlush(AddressedEnvelope(remoteAddress: peer, data: datagram), promise: nil)
            }
        }
        channel.eventLoop.scheduleTask(in: patience) { answer.succeed(nil) }
        let line = try await answer.futureResult.get()
        try await channel.close()
        return line
    }

    private static func request(to address: CallAddress, from port: Int) -> String {
        let host = address.host.contains(":") ? "[\(address.host)]" : address.host
        return [
            "OPTIONS sip:\(host):\(address.port) SIP/2.0", "Via: SIP/2.0/UDP aftertone.invalid:\(port);branch=z9hG4bK\(HexID.random());rport",
            "Max-Forwards: 70",
            "From: <sip:aftertone@aftertone.invalid>;tag=\(HexID.random().prefix(8))", "To: <sip:\(host)>", "Call-ID: \(HexID.random())", "CSeq: 1 OPTIONS",
            "Contact: <sip:aftertone@aftertone.invalid:\(port)>", "Accept: application/sdp", "Content-Length: 0", "", "",
        ].joined(separator: "\r\n")
    }

    private final class FirstLine: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>

        private static let longest = 100
        private let answer: EventLoopPromise<String?>

        init(_ answer: EventLoopPromise<String?>) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: unwrapInboundIn(data).data)
            guard text.hasPrefix("SIP/2.0 ") else { return }
            answer.succeed(String(text.dropFirst("SIP/2.0 ".count).prefix { !$0.isNewline }.prefix(Self.longest)))
        }
    }
}
