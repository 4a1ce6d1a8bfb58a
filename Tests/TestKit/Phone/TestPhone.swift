import Foundation

/// A telephone for tests: SIP and RTP over UDP, written from the RFCs and on nothing of the server's. It says exactly what a test has it say.
public final class TestPhone: Sendable {
    /// A message that came: the first line, headers by lower-case name, body.
    public struct Message: Sendable {
        public let line: String
        public let headers: [String: String]
        public let body: String

        public var status: Int? { line.hasPrefix("SIP/2.0 ") ? Int(line.dropFirst(8).prefix(3)) : nil }
        public var method: String? { status == nil ? line.split(separator: " ").first.map(String.init) : nil }
        public var toTag: String? {
            guard let to = headers["to"], let start = to.range(of: ";tag=")?.upperBound else { return nil }
            return String(to[start...].prefix { $0 != ";" })
        }

        public init?(_ bytes: [UInt8]) {
            let text = String(decoding: bytes, as: UTF8.self)
            guard let split = text.range(of: "\r\n\r\n") else { return nil }
            var lines = text[..<split.lowerBound].components(separatedBy: "\r\n")
            line = lines.removeFirst()
            var headers: [String: String] = [:]
            for one in lines {
                guard let colon = one.firstIndex(of: ":") else { continue }
                let name = one[..<colon].lowercased().trimmingCharacters(in: .whitespaces)
                let value = one[one.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                headers[name] = headers[name].map { $0 + ", " + value } ?? value
            }
            self.headers = headers
            body = String(text[split.upperBound...])
        }
    }

    public struct TimedOut: Error {
        public let what: String

        public init(what: String) { self.what = what }
    }

    public let server: Int
    public let family: DatagramSocket.Family
    public let sip: DatagramSocket
    public let callID = "call-\(UInt64.random(in: 0...(.max)))"
    public let tag = "tag\(UInt32.random(in: 0...(.max)))"
    private let inbox: Inbox
    /// What is heard and said.
    public let sound: TestSound
    private let state = Locked(State())

    private struct State {
        var sequence = 0
        /// Of the last INVITE.
        var invitation = 0
        var target = ""
        var branch = ""
        var toTag: String?
    }

    /// - Parameter server: the port of the server's SIP.
    public init(server: Int, _ family: DatagramSocket.Family = .four) throws {
        self.server = server
        self.family = family
        let inbox = Inbox()
        self.inbox = inbox
        sip = try DatagramSocket(family) { received in
            if let message = Message(received.bytes) { inbox.add(message) }
        }
        sound = try TestSound(family)
    }

    /// Whoever waits for the server, which is gone, waits no longer.
    public func stopWaiting() {
        inbox.end()
        sound.stopWaiting()
    }

    public func close() {
        sip.close()
        sound.close()
    }

    // MARK: Saying

    /// The standard offer: both laws, keys as 101.
    public func offer(formats: String = "0 8 101", extra: String = "", direction: String = "sendrecv", port: Int? = nil, profile: String = "RTP/AVP") -> String
    {
        "v=0\r\no=- 1 1 IN \(family.address)\r\ns=-\r\nc=IN \(family.address)\r\nt=0 0\r\nm=audio \(port ?? sound.port) \(profile) \(formats)\r\n"
            + "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=\(direction)\r\n" + extra
    }

    /// A request of this phone's call.
    /// - Parameter isNew: whether it begins a transaction; an ACK of a refusal and a CANCEL belong to the last one.
    public func request(
        _ method: String, user: String? = nil, body: String = "", type: String = "application/sdp", headers: [String] = [], isNew: Bool = true
    ) -> String {
        state.withLockedValue { state in
            if isNew {
                if method != "ACK" { state.sequence += 1 }
                if method == "INVITE" { state.invitation = state.sequence }
                state.branch = "z9hG4bK\(UInt64.random(in: 0...(.max)))"
            }
            if let user { state.target = uri(user) }
            let to = "<\(state.target)>" + (isNew || method == "ACK" ? state.toTag.map { ";tag=\($0)" } ?? "" : "")
            return
                ([
                    "\(method) \(state.target) SIP/2.0", "Via: SIP/2.0/UDP \(family.host):\(sip.port);branch=\(state.branch);rport", "Max-Forwards: 70",
                    "From: \"Ada\" <sip:2001@\(family.host):\(sip.port)>;tag=\(tag)", "To: \(to)", "Call-ID: \(callID)", "CSeq: \(state.sequence) \(method)",
                    "Contact: <sip:2001@\(family.host):\(sip.port)>",
                ]
                + headers + (body.isEmpty ? [] : ["Content-Type: \(type)"])
                + ["Content-Length: \(body.utf8.count)"]).joined(separator: "\r\n") + "\r\n\r\n" + body
        }
    }

    /// Calls, and when asked for a password, calls again with it.
    @discardableResult
    public func call(_ user: String, as username: String, password: String, algorithm: String? = "SHA-256") async throws -> Message {
        let question = try await call(user)
        guard question.status == 401,
            let digest = TestDigest(question.headers["www-authenticate"], username: username, password: password, algorithm: algorithm)
        else { return question }
        return try await call(user, headers: [digest.header("INVITE", uri: uri(user))])
    }

    /// The server's address for a mailbox.
    public func uri(_ user: String) -> String { "sip:\(user)@\(family.host):\(server)" }

    public func send(_ text: String) { sip.send(Array(text.utf8), to: server) }

    // MARK: The usual

    /// Calls, and confirms an answer.
    /// - Returns: the final answer.
    @discardableResult
    public func call(_ user: String, offer: String? = nil, answerInACK: String? = nil, headers: [String] = []) async throws -> Message {
        send(request("INVITE", user: user, body: offer ?? (answerInACK == nil ? self.offer() : ""), headers: headers))
        return try await finish(answerInACK: answerInACK)
    }

    /// Waits for what becomes of the last INVITE.
    public func finish(answerInACK: String? = nil) async throws -> Message {
        // The refusal of an earlier one may come again, until its ACK has come.
        let number = "\(state.withLockedValue { $0.invitation }) INVITE"
        let answer = try await next("a final answer") { ($0.status ?? 0) >= 200 && $0.headers["cseq"] == number }
        if answer.status == 200 {
            confirm(answer, body: answerInACK ?? "")
        } else {
            state.withLockedValue { $0.toTag = answer.toTag }
            send(request("ACK", isNew: false))
            state.withLockedValue { $0.toTag = nil }
        }
        return answer
    }

    /// Asks for something within the call and waits for the answer.
    @discardableResult
    public func ask(_ method: String, user: String? = nil, body: String = "", type: String = "application/sdp", headers: [String] = []) async throws -> Message
    {
        send(request(method, user: user, body: body, type: type, headers: headers))
        // An answer to an earlier one may come again (RFC 3261 §13.3.1.4).
        let number = "\(state.withLockedValue { $0.sequence }) \(method)"
        return try await next("an answer to \(method)") { ($0.status ?? 0) >= 200 && $0.headers["cseq"] == number }
    }

    /// Confirms that there is a call.
    public func confirm(_ answer: Message, body: String = "") {
        state.withLockedValue { $0.toTag = answer.toTag }
        sound.aim(at: answer.body)
        send(request("ACK", body: body))
    }

    public func hangUp() async throws { try await ask("BYE") }

    /// Waits until the server hangs up, and says that it was heard.
    public func hungUp(within seconds: Int = 60) async throws {
        let clock = ContinuousClock(), end = clock.now + .seconds(seconds)
        // What is said before has to be said.
        while let pace = sound.pace, clock.now < end {
            if let bye = await inbox.next(within: .zero, { $0.method == "BYE" }) {
                answer(bye, "200 OK")
                // What was heard before comes by another socket.
                return try await Task.sleep(for: .milliseconds(20))
            }
            await pace()
        }
        let bye = try await next("BYE", within: seconds) { $0.method == "BYE" }
        answer(bye, "200 OK")
    }

    /// Answers a request of the server's.
    public func answer(_ request: Message, _ status: String) {
        let headers = ["via", "from", "to", "call-id", "cseq"].map { "\($0): \(request.headers[$0] ?? "")" }
        send(
            (["SIP/2.0 \(status)", "Contact: <sip:2001@\(family.host):\(sip.port)>"] + headers + ["Content-Length: 0"]).joined(separator: "\r\n") + "\r\n\r\n")
    }

    /// The next message that fits; those before it are gone.
    public func next(_ what: String, within seconds: Int = 60, _ fits: @escaping @Sendable (Message) -> Bool) async throws -> Message {
        guard let message = await inbox.next(within: .seconds(seconds), fits) else { throw TimedOut(what: what) }
        return message
    }
}

/// Messages in the order they came.
private final class Inbox: Sendable {
    private let messages = Locked<[TestPhone.Message]>([])
    private let isOver = Locked(false)

    func end() { isOver.withLockedValue { $0 = true } }

    func add(_ message: TestPhone.Message) { messages.withLockedValue { $0.append(message) } }

    func next(within limit: Duration, _ fits: (TestPhone.Message) -> Bool) async -> TestPhone.Message? {
        let clock = ContinuousClock(), end = clock.now + limit
        while true {
            let found = messages.withLockedValue { messages -> TestPhone.Message? in
                guard let index = messages.firstIndex(where: fits) else { return nil }
                defer { messages.removeSubrange(...index) }
                return messages[index]
            }
            if let found { return found }
            if clock.now > end || isOver.withLockedValue({ $0 }) { return nil }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}
