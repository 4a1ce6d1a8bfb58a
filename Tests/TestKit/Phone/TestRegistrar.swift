import Crypto
import Foundation

/// The part of a telephone system that extensions register with, over UDP: written from RFC 3261 §10.3 and on nothing of the server's.
public final class TestRegistrar: Sendable {
    /// How it treats those who register.
    public struct Policy: Sendable {
        public var user = "700"
        /// nil where nobody is asked for one.
        public var password: String?
        public var algorithms = ["MD5"]
        /// nil as before RFC 2617.
        public var quality: String? = "auth"
        /// How often one nonce is good.
        public var uses = Int.max
        /// Seconds that are given, whatever was asked for.
        public var granted: Int?
        /// Seconds that are the least to be asked for.
        public var least = 0
        /// The status of a refusal, and lines with it.
        public var refusal: String?
        public var lines: [String] = []
        /// Lines of a yes in place of the usual ones; `OWN` stands for the address that was registered.
        public var answer: [String]?
        /// Whether each refusal asks for one second more than it was asked for.
        public var longer = false
        /// Whether it is a proxy that asks for the password.
        public var isProxy = false
        public var isSilent = false
        /// The field that the password is shown in.
        fileprivate var shown: String { isProxy ? "proxy-authorization" : "authorization" }

        public init() {}
    }

    private struct State {
        var policy: Policy
        var requests: [TestPhone.Message] = []
        var bindings: [String: Int] = [:]
        var nonce = 0
        var uses = 0
        /// By the way that a request came, which is its own: one that is sent again, as on a busy machine, is the same request and gets the same answer.
        var answers: [String: String?] = [:]
    }

    private let state: Locked<State>
    private let socket: Locked<DatagramSocket?>

    public init(_ change: (inout Policy) -> Void = { _ in }) throws {
        var policy = Policy()
        change(&policy)
        let state = Locked(State(policy: policy)), socket = Locked<DatagramSocket?>(nil)
        self.state = state
        self.socket = socket
        let open = try DatagramSocket { received in
            guard let request = TestPhone.Message(received.bytes), request.method == "REGISTER" else { return }
            guard let answer = state.withLockedValue({ Self.answerOnce(request, &$0) }) else { return }
            socket.withLockedValue { $0 }?.send(Array(answer.utf8), to: received.port)
        }
        socket.withLockedValue { $0 = open }
    }

    public func close() { socket.withLockedValue { $0 }?.close() }

    public var port: Int { socket.withLockedValue { $0?.port } ?? 0 }
    public var requests: [TestPhone.Message] { state.withLockedValue(\.requests) }
    /// Addresses that are registered, with their seconds.
    public var bindings: [String: Int] { state.withLockedValue(\.bindings) }

    public func change(_ body: (inout Policy) -> Void) { state.withLockedValue { body(&$0.policy) } }

    /// Waits until it has so many requests.
    public func waits(for count: Int, within limit: Duration = .seconds(60)) async throws {
        let clock = ContinuousClock(), end = clock.now + limit
        while requests.count < count {
            if clock.now > end { throw TestPhone.TimedOut(what: "\(count) requests to a registrar") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    // MARK: Answering

    private static func answerOnce(_ request: TestPhone.Message, _ state: inout State) -> String? {
        let way = request.headers["via"] ?? ""
        if let known = state.answers[way] { return known }
        let answer = answer(request, &state)
        state.answers[way] = .some(answer)
        return answer
    }

    private static func answer(_ request: TestPhone.Message, _ state: inout State) -> String? {
        state.requests.append(request)
        let policy = state.policy
        if policy.isSilent { return nil }
        let asked = request.headers["expires"].flatMap { Int($0) } ?? 3600
        if let refusal = policy.refusal { return response(request, refusal, policy.lines + (policy.longer ? ["Min-Expires: \(asked + 1)"] : [])) }
        if policy.password != nil, !shows(request, &state) {
            let isStale = request.headers[policy.shown] != nil && state.uses > policy.uses
            state.nonce += 1
            state.uses = 0
            let questions = policy.algorithms.map { algorithm in
                "\(policy.isProxy ? "Proxy" : "WWW")-Authenticate: Digest realm=\"pbx\", nonce=\"n\(state.nonce)\", opaque=\"o\", algorithm=\(algorithm)"
                    + (policy.quality.map { ", qop=\"\($0)\"" } ?? "") + (isStale ? ", stale=true" : "")
            }
            return response(request, policy.isProxy ? "407 Proxy Authentication Required" : "401 Unauthorized", questions)
        }
        let contact = request.headers["contact"] ?? "", uri = String(contact.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" })
        if asked == 0 {
            state.bindings[uri] = nil
            return response(request, "200 OK", [])
        }
        if asked < policy.least { return response(request, "423 Interval Too Brief", ["Min-Expires: \(policy.least)"]) }
        state.bindings[uri] = policy.granted ?? asked
        if let answer = policy.answer { return response(request, "200 OK", answer.map { $0.replacingOccurrences(of: "OWN", with: uri) }) }
        return response(request, "200 OK", ["Contact: <sip:other@192.0.2.9>;expires=7000, <\(uri)>;expires=\(policy.granted ?? asked)"])
    }

    private static func response(_ request: TestPhone.Message, _ status: String, _ lines: [String]) -> String {
        let copied = ["via", "from", "call-id", "cseq"].map { "\($0): \(request.headers[$0] ?? "")" }
        return (["SIP/2.0 \(status)"] + copied + ["To: \(request.headers["to"] ?? "");tag=r1"] + lines + ["Content-Length: 0"]).joined(separator: "\r\n")
            + "\r\n\r\n"
    }

    /// Whether the request shows that it knows the password, for the nonce of now.
    private static func shows(_ request: TestPhone.Message, _ state: inout State) -> Bool {
        guard let shown = request.headers[state.policy.shown], shown.hasPrefix("Digest ") else { return false }
        func value(_ name: String) -> String? {
            shown.dropFirst(7).components(separatedBy: ", ").first { $0.hasPrefix(name + "=") }.map {
                $0.dropFirst(name.count + 1).replacingOccurrences(of: "\"", with: "")
            }
        }
        let policy = state.policy, algorithm = value("algorithm") ?? "MD5"
        guard value("nonce") == "n\(state.nonce)", value("opaque") == "o", policy.algorithms.contains(algorithm), value("username") == policy.user else {
            return false
        }
        state.uses += 1
        guard state.uses <= policy.uses else { return false }
        func hash(_ text: String) -> String {
            let data = Array(text.utf8)
            let bytes = algorithm == "MD5" ? Array(Insecure.MD5.hash(data: data)) : Array(SHA256.hash(data: data))
            return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        let secret = hash("\(policy.user):pbx:\(policy.password ?? "")"), method = hash("REGISTER:\(value("uri") ?? "")")
        guard let quality = policy.quality else { return value("response") == hash("\(secret):n\(state.nonce):\(method)") && value("qop") == nil }
        guard value("qop") == "auth", quality.contains("auth"), Int(value("nc") ?? "", radix: 16) == state.uses else { return false }
        return value("response") == hash("\(secret):n\(state.nonce):\(value("nc") ?? ""):\(value("cnonce") ?? ""):auth:\(method)")
    }
}
