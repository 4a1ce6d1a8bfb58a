import ArgumentParser
import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// The local mail server of N3: takes every mail, and remembers no more of it than that it came.
struct MailSink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes mails over SMTP until it is ended. To NOOP it answers how many there were, and in how long a time from the first to the last.")

    @Option var port: Int
    @Option(help: "A directory for the first mails, a file each.") var save: String?
    @Option(help: "How many of them.") var first = 100

    func run() async throws {
        let mails = Mails(save: save, first: first)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Conversation(mails)) }
            }
            .bind(host: "127.0.0.1", port: port).get()
        try await server.closeFuture.get()
    }

    private final class Mails: Sendable {
        private struct State {
            var count = 0
            var first = ContinuousClock.now
            var last = ContinuousClock.now
        }

        private let state = Mutex(State())
        private let directory: String?
        private let kept: Int

        init(save: String?, first: Int) {
            directory = save
            kept = first
        }

        func take(_ mail: ByteBuffer) throws {
            let number = state.withLock { state in
                if state.count == 0 { state.first = .now }
                state.last = .now
                state.count += 1
                return state.count
            }
            guard let directory, number <= kept else { return }
            try Data(mail.readableBytesView).write(to: URL(filePath: "\(directory)/\(number).eml"))
        }

        var tally: String { state.withLock { "{\"count\":\($0.count),\"seconds\":\(($0.last - $0.first) / .seconds(1))}" } }
    }

    /// RFC 5321, as far as a client of ours goes.
    private final class Conversation: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private static let end = Array("\r\n.\r\n".utf8)

        private let mails: Mails
        private var gathered = ByteBuffer()
        private var isData = false

        init(_ mails: Mails) { self.mails = mails }

        func channelActive(context: ChannelHandlerContext) { answer("220 sink ESMTP", context) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            gathered.writeBuffer(&bytes)
            while isData ? takeMail(context) : takeLine(context) {}
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func takeLine(_ context: ChannelHandlerContext) -> Bool {
            guard let length = gathered.readableBytesView.firstIndex(of: 10).map({ $0 - gathered.readerIndex + 1 }),
                let line = gathered.readString(length: length)
            else { return false }
            switch line.prefix(4).uppercased() {
            case "EHLO": answer("250-sink\r\n250-8BITMIME\r\n250 SIZE 50000000", context)
            case "DATA":
                isData = true
                answer("354 go on", context)
            case "NOOP": answer("250 \(mails.tally)", context)
            case "QUIT":
                answer("221 bye", context)
                context.close(promise: nil)
            default: answer("250 ok", context)
            }
            return true
        }

        /// The end is looked for where a piece may have brought it: at the end, as a client waits for the answer then.
        private func takeMail(_ context: ChannelHandlerContext) -> Bool {
            guard gathered.readableBytesView.suffix(Self.end.count).elementsEqual(Self.end) else { return false }
            isData = false
            do {
                try mails.take(gathered)
                gathered.clear()
                answer("250 taken", context)
            } catch {
                answer("451 \(error)", context)
            }
            return true
        }

        private func answer(_ line: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: line + "\r\n")), promise: nil)
        }
    }
}
