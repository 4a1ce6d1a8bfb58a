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
    private static let key = "event_push"

    fileprivate init(of account: Account) {
        self.init()
        guard let stored = account.stored.hidden[Self.key] else { return }
        isEnabled = stored["enabled"]?.bool ?? true
        timeout = stored["timeout"]?.int ?? timeout
        retries = stored["retries"]?.int ?? retries
        receivers = (stored["receivers"]?.array ?? []).compactMap { item in
            guard let url = item["url"]?.string, let secret = item["secret"]?.string,
                let method = item["method"]?.string.flatMap(Method.init)
            else { return nil }
            return Receiver(url: url, secret: secret, method: method, events: item["events"]?.array?.compactMap(\.int) ?? [])
        }
    }

    fileprivate func store(in account: inout Account) {
        let list = receivers.map { receiver -> JSON in
            [
                "url": .string(receiver.url), "secret": .string(receiver.secret), "method": .string(receiver.method.rawValue),
                "events": .array(receiver.events.map { .int($0) }),
            ]
        }
        account.stored.hidden[Self.key] = [
            "enabled": .bool(isEnabled), "timeout": .int(timeout), "retries": .int(retries), "receivers": .array(list),
        ]
    }
}

extension Account {
    /// Where its events are pushed.
    public var eventPush: EventPush { EventPush(of: self) }
}

extension Access {
    /// The account's settings as they are now.
    public func eventPush(of account: Account) async throws -> EventPush {
        try await store.read { reader in
            let current: Account = try reader.require(account.id, in: account.id)
            return current.eventPush
        }
    }

    /// Changes where an account's events are pushed. Addresses have been judged (`judgeReceiver`).
    /// - Returns: the settings as they are then.
    public func changeEventPush(of account: Account, _ change: @escaping @Sendable (inout EventPush) -> Void) async throws -> EventPush {
        let now = clock.now
        return try await store.write { writer in
            var current: Account = try writer.require(account.id, in: account.id)
            var push = current.eventPush
            change(&push)
            push.store(in: &current)
            _ = try writer.save(current, at: now)
            return push
        }
    }

    /// A secret for a receiver that was named without one: 32 letters and digits.
    public static func makeReceiverSecret() -> String { Secrets.randomText(32) }
}
