import Voicemail

/// Where an account's events are pushed, and how (P§11.3).
public struct EventPush: Sendable, Hashable {
    public enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
    }

    public struct Receiver: Sendable, Hashable {
        public var url: String
        /// Signs what is sent.
        public var secret: String
        public var method: Method
        /// Ids of events; 0 for all of them.
        public var events: [Int]

        public init(url: String, secret: String, method: Method, events: [Int]) {
            self.url = url
            self.secret = secret
            self.method = method
            self.events = events
        }

        public func wants(_ event: Int) -> Bool { events.contains(0) || events.contains(event) }
    }

    public var isEnabled = true
    public var receivers: [Receiver] = []
    /// Seconds that a receiver has to answer.
    public var timeout = 5
    /// Attempts after the first.
    public var retries = 3

    public init() {}

    public static let timeouts = 3...10
    public static let retryCounts = 1...5
    public static let maximumReceivers = 20
}

extension EventPush {
    private static let interface = "p_series_push"

    /// Where an account's events are pushed.
    init(of account: Account) { self.init(of: account.kept(by: Self.interface)) }

    private init(of stored: JSONObject) {
        self.init()
        isEnabled = stored["enabled"]?.bool ?? isEnabled
        timeout = stored["timeout"]?.int ?? timeout
        retries = stored["retries"]?.int ?? retries
        receivers = (stored["receivers"]?.array ?? []).compactMap { item in
            guard let url = item["url"]?.string, let secret = item["secret"]?.string,
                let method = item["method"]?.string.flatMap(Method.init)
            else { return nil }
            return Receiver(url: url, secret: secret, method: method, events: item["events"]?.array?.compactMap(\.int) ?? [])
        }
    }

    private var stored: JSONObject {
        let list = receivers.map { receiver -> JSON in
            [
                "url": .string(receiver.url), "secret": .string(receiver.secret), "method": .string(receiver.method.rawValue),
                "events": .array(receiver.events.map { .int($0) }),
            ]
        }
        return ["enabled": .bool(isEnabled), "timeout": .int(timeout), "retries": .int(retries), "receivers": .array(list)]
    }

    /// Changes where an account's events are pushed. Addresses have been judged (`judgeReceiver`).
    static func change(of account: Account, in service: VoicemailService, _ change: @escaping @Sendable (inout EventPush) -> Void) async throws {
        _ = try await service.accounts.changeKept(by: interface, of: account) { current in
            var push = EventPush(of: current)
            change(&push)
            return push.stored
        }
    }

    /// A secret for a receiver that was named without one: 32 letters and digits.
    static func makeReceiverSecret() -> String { Secrets.randomText(32) }
}
