import ArgumentParser
import SIPGrammar
import Server
import SystemPackage
import Telephone
import Voicemail

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Tells which mailbox an INVITE reaches, and why.",
        discussion: """
            Takes the message as it was on the wire, such as from a trace of the PBX, and decides as the server would with this configuration \
            and these accounts. Lines that begin with # before it are passed over. Tells which header decided, and why the others did not. \
            Ends with status 1 when it is no INVITE that can be read.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "A file with the message; - is standard input.") var file: String
    @Option(help: ArgumentHelp("Where it comes from.", valueName: "address"), transform: Self.address) var peer: NetworkAddress?
    @Option(help: "The port of ours that it comes to.") var port: Int = 5060
    @Flag(help: "The peer is not trusted, so asserted identities are not taken.") var untrusted = false

    func run() async throws {
        let invite = try invite()
        try await common.open { installation in
            let configuration = try common.loadConfiguration()
            let resolver = WhichBox(configuration.whichBox, plan: configuration.limits.numbers, directory: installation.service)
            let decision = try await resolver.decide(invite, Arrival(peer: peer, port: port, isTrusted: !untrusted))
            show(decision)
        }
    }

    private static func address(_ text: String) throws -> NetworkAddress {
        guard let address = NetworkAddress(text) else { throw ValidationError("--peer is \"\(Terminal.visible(text))\" and must be an IP address") }
        return address
    }

    // MARK: The message

    private func invite() throws -> SIPMessage {
        let lines = try read().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).drop { $0.first == UInt8(ascii: "#") }
        let message: SIPMessage
        do throws(GrammarError) { message = try SIPMessage(Array(lines.joined(separator: [UInt8(ascii: "\n")]))) } catch {
            let fate = error.status.map { "would be answered \($0.rawValue)" } ?? "would be dropped"
            throw Refusal("\(name) is no message of SIP that can be read, and \(fate): \(error.problem)")
        }
        guard message.method == "INVITE" else { throw Refusal("\(name) is \(message.method.map { "of the method " + $0 } ?? "a response") and no INVITE") }
        return message
    }

    private var name: String { file == "-" ? "standard input" : file }

    /// More than a message can have is read no further.
    private static let most = 1 << 17

    private func read() throws -> [UInt8] {
        var bytes: [UInt8] = []
        if file == "-" {
            while bytes.count < Self.most, let more = try StandardInput.read(upTo: Self.most) { bytes += more }
            return bytes
        }
        do {
            let descriptor = try FileDescriptor.open(file, .readOnly)
            return try descriptor.closeAfter {
                while bytes.count < Self.most {
                    let more = try [UInt8](unsafeUninitializedCapacity: 1 << 14) { buffer, count in
                        count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
                    }
                    if more.isEmpty { break }
                    bytes += more
                }
                return bytes
            }
        } catch { throw Refusal("\(file) cannot be read: \(error)") }
    }

    // MARK: What is told

    private func show(_ decision: Decision) {
        guard !common.json else { return common.output.show(decision.asDecision) }
        Terminal.print(Terminal.visible(decision.sentence))
        Terminal.print(Terminal.visible("caller: \(decision.callerText)"))
        if let reason = decision.reason { Terminal.print("forwarded: \(reason.rawValue)") }
        Terminal.print("which box:")
        for step in decision.steps { Terminal.print(Terminal.visible("  \(step)")) }
        Terminal.print("who calls:")
        for step in decision.callerSteps { Terminal.print(Terminal.visible("  \(step)")) }
    }
}

extension Decision {
    fileprivate var sentence: String {
        switch outcome {
        case .deposit(let account, let mailbox): "leaves a message in mailbox \(mailbox.number) of \(account.name) (\(account.realm))"
        case .listen(let account, let mailbox?): "listens to mailbox \(mailbox.number) of \(account.name) (\(account.realm))"
        case .listen(let account, nil): "listens at \(account.name) (\(account.realm)), to the mailbox that is asked for"
        case .notFound: "is refused with 404: it fits no mailbox"
        }
    }

    fileprivate var callerText: String {
        if caller.isAnonymous { return "does not want to be known" }
        return [caller.name, caller.number].compactMap(\.self).joined(separator: ", ").nonempty ?? "is not told"
    }

    /// What scripts are told.
    fileprivate var asDecision: JSONObject {
        let word =
            switch outcome {
            case .deposit: "deposit"
            case .listen: "listen"
            case .notFound: "refuse"
            }
        var object: JSONObject = ["id": .string(mailbox?.id ?? ""), "outcome": .string(word)]
        object["account_id"] = account.map { .string($0.id) }
        object["realm"] = account.map { .string($0.realm) }
        object["mailbox"] = mailbox.map { .string($0.number) }
        object["decided_by"] = source.map { .string($0.description) }
        object["forwarded"] = reason.map { .string($0.rawValue) }
        object["caller"] = [
            "number": caller.number.map { .string($0) } ?? .null, "name": caller.name.map { .string($0) } ?? .null, "anonymous": .bool(caller.isAnonymous),
        ]
        object["steps"] = .array(steps.map(\.asStep))
        object["caller_steps"] = .array(callerSteps.map(\.asStep))
        return object
    }
}

extension Decision.Step {
    fileprivate var asStep: JSON { ["header": .string(header), "finding": .string(finding)] }
}

extension String {
    fileprivate var nonempty: String? { isEmpty ? nil : self }
}
