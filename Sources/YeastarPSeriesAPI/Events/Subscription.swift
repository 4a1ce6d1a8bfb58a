import HTTPFront
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import Voicemail

/// `subscribe`: events over a web socket (P§11.1).
extension PSeriesDialect {
    func subscribe(_ request: FrontRequest, _ application: Application) throws -> FrontResponse {
        guard let handshake = WebSocketHandshake(request), let token = application.tokenHash else { throw PSeriesFailure.syntaxError }
        return .webSocket(handshake) { connection in
            let subscription = Subscription(
                service: service, settings: settings, connection: connection, accountID: application.account.id,
                token: FollowedTicket(hash: token, kind: .pSeriesAccess, credentialID: application.credential.id))
            await subscription.run(events(), logger: request.logger)
        }
    }
}

/// One open web socket: what its client wants to hear of, and when it was last heard of.
private final class Subscription: Sendable {
    private struct State {
        var topics: Set<Int> = []
        var lastTraffic = ContinuousClock.now
        var token: FollowedTicket
    }

    /// Why a conversation ends from this side.
    private enum Ending: Error {
        case silent, revoked, stopping, behind
    }

    private let service: VoicemailService
    private let settings: PSeriesSettings
    private let connection: WebSocketConnection
    private let accountID: String
    private let state: Mutex<State>

    init(service: VoicemailService, settings: PSeriesSettings, connection: WebSocketConnection, accountID: String, token: FollowedTicket) {
        self.service = service
        self.settings = settings
        self.connection = connection
        self.accountID = accountID
        state = Mutex(State(token: token))
    }

    /// Talks until one of both ends it, or somebody else: the token, the time, the server.
    func run(_ events: AsyncStream<Event>, logger: Logger) async {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.listen() }
                group.addTask { try await self.tell(events) }
                group.addTask { try await self.watch() }
                group.addTask {
                    try await gracefulShutdown()
                    throw Ending.stopping
                }
                defer { group.cancelAll() }
                // Whatever ends first ends all.
                try await group.next()
            }
        } catch let ending as Ending {
            do { try await connection.close(ending == .revoked ? .policy : .goingAway) } catch {
                logger.debug("a web socket is gone", metadata: ["error": "\(error)"])
            }
        } catch {
            logger.debug("a web socket has ended", metadata: ["error": "\(error)"])
        }
    }

    // MARK: The client

    private func listen() async throws {
        while let message = try await connection.next() {
            state.withLock { $0.lastTraffic = .now }
            let text: String
            switch message {
            case .text(let words): text = words
            // Some clients send text so (P§2.4).
            case .binary(let bytes): text = String(buffer: bytes)
            case .ping, .pong: continue
            }
            if Self.heartbeats.contains(text) {
                try await connection.send(text: "heartbeat response")
            } else {
                try await connection.send(text: JSON.object(answer(to: text)).encoded)
            }
        }
    }

    /// Some clients send the word, others the JSON text of it.
    private static let heartbeats: Set<String> = ["heartbeat", "\"heartbeat\""]

    /// Takes a list of topics in place of the one before; one that is wrong changes nothing.
    private func answer(to text: String) -> JSONObject {
        do {
            guard let object = try? JSON.parse(text).object else { throw PSeriesFailure.syntaxError }
            guard let list = object["topic_list"], !list.isNull else { throw PSeriesFailure.required("topic_list") }
            guard let items = list.array else { throw PSeriesFailure.syntaxError }
            var topics: Set<Int> = []
            for item in items {
                guard let topic = item.int ?? item.string.flatMap({ Int($0) }) else { throw PSeriesFailure.syntaxError }
                guard PSeriesEvent.published.contains(topic) else { throw PSeriesFailure.invalid("topic_list", .int(topic)) }
                topics.insert(topic)
            }
            state.withLock { [topics] in $0.topics = topics }
            return ["errcode": 0, "errmsg": "SUCCESS"]
        } catch {
            let failure = PSeriesFailure(error)
            var object: JSONObject = ["errcode": .int(failure.code), "errmsg": .string(failure.message)]
            object.merge(failure.fields) { $1 }
            return object
        }
    }

    // MARK: Events

    private func tell(_ events: AsyncStream<Event>) async throws {
        for await event in events where event.accountID == accountID && event.isAnnounced {
            guard state.withLock({ $0.topics.contains(PSeriesEvent.callEnded) }), let message = try await message(for: event) else { continue }
            try await connection.send(text: message)
            state.withLock { $0.lastTraffic = .now }
        }
        // Further behind than is kept: the client must not take a gap for the whole.
        try Task.checkCancellation()
        throw Ending.behind
    }

    private func message(for event: Event) async throws -> String? {
        let found = try await service.callRecords.announced(by: event)
        return found.map { PSeriesEvent($0.call, zone: $0.zone) }?.encoded(
            settings.eventMessageFormat, serialNumber: settings.serialNumber ?? service.serialNumber)
    }

    // MARK: The end

    /// Ends the conversation when there was none for too long, and when the token was revoked; not when it has grown too old.
    private func watch() async throws {
        while true {
            try await Task.sleep(for: min(settings.socketSilence, Self.tokenInterval))
            let (last, token) = state.withLock { ($0.lastTraffic, $0.token) }
            guard ContinuousClock.now - last < settings.socketSilence else { throw Ending.silent }
            guard let followed = try await service.tickets.follow(token) else { throw Ending.revoked }
            state.withLock { $0.token = followed }
        }
    }

    /// Between two looks at the token.
    private static let tokenInterval = Duration.seconds(1)
}
