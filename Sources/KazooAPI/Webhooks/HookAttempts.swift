import Synchronization
import Voicemail

/// The latest attempts at telling webhooks, for whoever asks why nothing comes. Kept by the process, the last of each webhook and of a bounded number
/// of webhooks: what must not be lost is in the outbox.
public final class HookAttempts: Sendable {
    struct Attempt: Sendable {
        let webhookID: String
        let accountID: String
        let at: Timestamp
        /// nil where nobody answered.
        let status: Int?
        let isSuccess: Bool
        /// Why there was no answer.
        let error: String?
        let retriesLeft: Int

        /// As KAZOO lists it.
        var shown: JSONObject {
            var object: JSONObject = [
                "hook_id": .string(webhookID), "result": isSuccess ? "success" : "failure", "timestamp": .int(at.gregorian),
                "retries_left": .int(retriesLeft),
            ]
            if let status { object["response_code"] = .string(String(status)) }
            guard !isSuccess else { return object }
            object["reason"] = error == nil ? "bad response code" : "kazoo http client error"
            object["client_error"] = .string(error ?? status.map(String.init) ?? "")
            return object
        }
    }

    private static let perWebhook = 50
    private static let webhooks = 1000

    private let kept = Mutex<(order: [String], attempts: [String: [Attempt]])>(([], [:]))

    public init() {}

    func add(_ attempt: Attempt) {
        kept.withLock { kept in
            if kept.attempts[attempt.webhookID] == nil {
                kept.order.append(attempt.webhookID)
                if kept.order.count > Self.webhooks {
                    let oldest = kept.order.removeFirst()
                    kept.attempts[oldest] = nil
                }
            }
            var list = kept.attempts[attempt.webhookID, default: []]
            list.append(attempt)
            kept.attempts[attempt.webhookID] = Array(list.suffix(Self.perWebhook))
        }
    }

    /// The latest first.
    func of(_ webhookID: String) -> [Attempt] { kept.withLock { Array(($0.attempts[webhookID] ?? []).reversed()) } }

    /// Those of an account's webhooks, the latest first.
    func of(account id: String) -> [Attempt] {
        kept.withLock { kept in kept.attempts.values.flatMap { $0 }.filter { $0.accountID == id } }.sorted { $0.at > $1.at }
    }
}
