import Delivery
import Foundation
import NIOCore
import NIOExtras
import NIOPosix
import NIOSSL
import Synchronization

/// Somebody else's mail server: speaks SMTP (RFC 5321) on a loopback port, keeps what it is given, and answers as told.
public final class MailReceiver: Sendable {
    public struct Mail: Sendable {
        public let sender: String
        public let receiver: String
        /// Headers, an empty line and the text, as they came, without the dots that SMTP adds.
        public let lines: [String]
        public let isSecure: Bool
        /// What was logged in with: `name\0password`.
        public let login: String?

        /// The first header of that name.
        public subscript(header: String) -> String? {
            lines.prefix { !$0.isEmpty }.first { $0.lowercased().hasPrefix(header.lowercased() + ":") }
                .map { $0.dropFirst(header.count + 1).trimmingCharacters(in: .whitespaces) }
        }

        /// The mail as the parts that it is made of.
        public var mime: MIMEPart { MIMEPart(lines) }

        /// The only part of the body: its headers, an empty line and its text; nil when there are more or none.
        public var part: [String]? {
            guard let boundary = self["Content-Type"]?.firstMatch(of: /^multipart\/mixed; boundary="(\S+)"$/)?.1 else { return nil }
            let parts = lines.drop { !$0.isEmpty }.split(separator: "--" + boundary, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[1].contains("--\(boundary)--") else { return nil }
            return Array(parts[1].prefix { $0 != "--\(boundary)--" })
        }

        /// Its text, decoded from quoted-printable.
        public var text: String {
            let encoded = (part ?? []).drop { !$0.isEmpty }.dropFirst().joined(separator: "\n").replacing("=\n", with: "")
            let bytes = encoded.utf8.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false).enumerated().flatMap { index, part in
                let hex = String(decoding: part.prefix(2), as: UTF8.self)
                guard index > 0, let byte = UInt8(hex, radix: 16) else { return Array(part) }
                return [byte] + part.dropFirst(2)
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    public enum Behaviour: Sendable {
        case takes
        /// Answers a command with this line, the given number of times.
        case answers(String, to: String, times: Int)
        /// Takes one mail over each connection. When another begins it says this, or nothing, and closes the connection.
        case takesOneEach(String?)
        /// Takes mails, and has something done before it says so and after.
        case calls(before: @Sendable () -> Void, after: @Sendable () -> Void)
        /// Says nothing after the greeting.
        case isSilent
    }

    private struct Kept {
        var mails: [Mail] = []
        var answered = 0
        var connections = 0
    }

    private let security: MailServer.Security
    private let certificate: TestCertificates.Pair
    private let behaviour: Behaviour
    private let kept = Mutex(Kept())
    private let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation

    public init(_ security: MailServer.Security = .none, certificate: TestCertificates.Pair = TestCertificates.first, _ behaviour: Behaviour = .takes) {
        self.security = security
        self.certificate = certificate
        self.behaviour = behaviour
        (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
    }

    public var mails: [Mail] { kept.withLock { $0.mails } }
    public var connections: Int { kept.withLock { $0.connections } }

    /// Returns once `count` mails have come in all. One task may wait at a time.
    public func wait(for count: Int) async {
        var iterator = arrivals.makeAsyncIterator()
        while mails.count < count, await iterator.next() != nil {}
    }

    /// Runs `body` with the port this server listens on.
    public func run<Value>(_ body: (Int) async throws -> Value) async throws -> Value {
        let tls = try tlsContext()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    if security == .tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandlers([
                        ByteToMessageHandler(LineBasedFrameDecoder()), Conversation(self, tls),
                    ])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Value, any Error>
        do { result = .success(try await body(listener.localAddress?.port ?? 0)) } catch { result = .failure(error) }
        try await listener.close()
        return try result.get()
    }

    private func tlsContext() throws -> NIOSSLContext {
        try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.certificate.utf8)).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(certificate.key.utf8), format: .pem))))
    }

    fileprivate func connected() { kept.withLock { $0.connections += 1 } }

    fileprivate func keep(_ mail: Mail) {
        kept.withLock { $0.mails.append(mail) }
        arrived.yield()
    }

    /// What to say to a command in place of what a server says.
    fileprivate func override(_ command: String) -> String? {
        guard case .answers(let line, let prefix, let times) = behaviour, command.uppercased().hasPrefix(prefix) else { return nil }
        return kept.withLock { kept in
            guard kept.answered < times else { return nil }
            kept.answered += 1
            return line
        }
    }

    fileprivate func before() { if case .calls(let before, _) = behaviour { before() } }
    fileprivate func after() { if case .calls(_, let after) = behaviour { after() } }

    fileprivate var takesOneEach: Bool { if case .takesOneEach = behaviour { true } else { false } }

    fileprivate var lastWord: String? { if case .takesOneEach(let line) = behaviour { line } else { nil } }

    fileprivate var isSilent: Bool { if case .isSilent = behaviour { true } else { false } }

    fileprivate var offersUpgrade: Bool { security == .starttls }
}

/// One connection to a `MailReceiver`.
private final class Conversation: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let receiver: MailReceiver
    private let tls: NIOSSLContext
    private var isSecure: Bool
    private var login: String?
    private var sender = "", to = ""
    private var taken = 0
    /// nil outside of DATA.
    private var lines: [String]?

    init(_ receiver: MailReceiver, _ tls: NIOSSLContext) {
        self.receiver = receiver
        self.tls = tls
        isSecure = false
    }

    func channelActive(context: ChannelHandlerContext) {
        greet(context)
        context.fireChannelActive()
    }

    private func greet(_ context: ChannelHandlerContext) {
        isSecure = (try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)) != nil
        receiver.connected()
        say("220 mail.example ESMTP", context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let line = String(buffer: unwrapInboundIn(data))
        if lines != nil { return take(line, context) }
        if receiver.isSilent { return }
        if let instead = receiver.override(line) { return say(instead, context) }
        let word = line.prefix { $0 != " " }.uppercased()
        switch word {
        case "EHLO":
            var offers = ["mail.example", "8BITMIME", "AUTH PLAIN"]
            if receiver.offersUpgrade, !isSecure { offers = ["mail.example", "STARTTLS"] }
            for offer in offers.dropLast() { say("250-" + offer, context) }
            say("250 " + (offers.last ?? ""), context)
        case "STARTTLS":
            say("220 go ahead", context)
            isSecure = true
            do { try context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), position: .first) } catch { context.close(promise: nil) }
        case "AUTH":
            let token = line.split(separator: " ").dropFirst(2).first.map(String.init)
            guard let token else { return say("334 ", context) }
            logIn(token, context)
        case "MAIL" where taken > 0 && receiver.takesOneEach:
            if let lastWord = receiver.lastWord { say(lastWord, context) }
            context.close(promise: nil)
        case "MAIL", "RCPT":
            let address = String(line.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" })
            if word == "MAIL" { sender = address } else { to = address }
            say("250 ok", context)
        case "DATA":
            lines = []
            say("354 go on", context)
        case "NOOP": say("250 ok", context)
        case "QUIT":
            say("221 bye", context)
            context.close(promise: nil)
        default:
            if login == nil, Data(base64Encoded: line) != nil { return logIn(line, context) }
            say("500 what", context)
        }
    }

    private func logIn(_ token: String, _ context: ChannelHandlerContext) {
        let words = String(decoding: Data(base64Encoded: token) ?? Data(), as: UTF8.self)
        login = String(words.drop { $0 == "\0" })
        say("235 welcome", context)
    }

    private func take(_ line: String, _ context: ChannelHandlerContext) {
        guard line == "." else {
            lines?.append(line.hasPrefix(".") ? String(line.dropFirst()) : line)
            return
        }
        let mail = MailReceiver.Mail(sender: sender, receiver: to, lines: lines ?? [], isSecure: isSecure, login: login)
        lines = nil
        if let instead = receiver.override(".") { return say(instead, context) }
        taken += 1
        receiver.keep(mail)
        receiver.before()
        say("250 kept", context)
        receiver.after()
    }

    private func say(_ line: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: line + "\r\n")), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
