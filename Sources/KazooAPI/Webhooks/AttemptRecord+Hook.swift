import Voicemail

extension AttemptRecord {
    /// An attempt at a webhook as KAZOO lists it (its path: K§11.4).
    var asHookAttempt: JSONObject {
        var object: JSONObject = [
            "hook_id": .string(receiverID), "result": isSuccess ? "success" : "failure", "timestamp": .int(made.gregorian),
            "retries_left": .int(retriesLeft),
        ]
        if let status { object["response_code"] = .string(String(status)) }
        guard !isSuccess else { return object }
        object["reason"] = failure == nil ? "bad response code" : "kazoo http client error"
        object["client_error"] = .string(failure ?? status.map(String.init) ?? "")
        return object
    }
}
