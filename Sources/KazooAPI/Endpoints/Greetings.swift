import HTTPFront
import HTTPTypes
import Voicemail

/// Greetings, which KAZOO calls media (K§8).
extension KazooDialect {
    func createGreeting(_ call: KazooCall) async throws -> Reply {
        try await createDocument(call, in: "media", Schema.greeting) { try await service.greetings.create($0, id: $1, in: $2) }
    }

    func greetings(_ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        return try await list(call, showing: GreetingView.shown, { try await service.greetings.list(of: account, $0, item: $1) }) {
            .object(GreetingView.row($0))
        }
    }

    func greeting(_ id: String, _ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        switch call.method {
        case .get:
            if Negotiation(call.request).namesAudio { return try await downloadGreeting(id, call) }
            return .document(try await service.greetings.find(id, of: account))
        case .delete:
            let physically = call.envelope.data["hard_delete"]?.bool == true
            let greeting = try await service.greetings.remove(id, in: account, physically: physically)
            return .document(greeting, greeting.published.markedDeleted)
        default:
            guard call.contentType.isEnvelope else { return try await uploadGreeting(id, call) }
            return .document(try await service.greetings.change(id, .replace(call.envelope.data), in: account))
        }
    }

    func uploadGreeting(_ id: String, _ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        _ = try await service.greetings.find(id, of: account)
        let upload = Upload(call, service: service, limit: settings.maximumBody, missingFile: "Please provide an media file")
        let audio = try await upload.requireFile(accepting: .greeting)
        return .document(try await service.greetings.upload(id, audio: audio, in: account))
    }

    func downloadGreeting(_ id: String, _ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        let greeting = try await service.greetings.find(id, of: account)
        do {
            let (reader, audio) = try await service.greetings.audio(of: greeting)
            return Reply(.raw(AudioDownload.response(reader, contentType: audio.contentType, fileName: audio.fileName, call.request)))
        } catch VoicemailError.noAudio {
            throw KazooFailure.badKey(id)
        }
    }

    /// How many greetings there are in each language, or of each prompt.
    func greetingIndex(_ kind: String, _ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        var range = ListingRange(limit: Self.streamedPage, attributes: GreetingView.shown)
        var counts = JSONObject()
        repeat {
            let page = try await service.greetings.list(of: account, range) { Self.indexKey(kind, $0) }
            for name in page.items { counts[name] = .int((counts[name]?.int ?? 0) + 1) }
            range.start = page.next
        } while range.start != nil
        return .json([.object(counts)])
    }

    /// The ids of one entry of that index.
    func greetingIndexEntry(_ kind: String, _ name: String, _ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        return try await list(call, showing: GreetingView.shown, { try await service.greetings.list(of: account, $0, item: $1) }) { (greeting: Greeting) in
            Self.indexKey(kind, greeting) == name ? .string(greeting.id) : nil
        }
    }

    private static func indexKey(_ kind: String, _ greeting: Greeting) -> String? {
        kind == "languages" ? greeting.languageAsGiven : greeting.promptID
    }
}

enum GreetingView {
    static let shown: Set<String> = ["language", "media_source", "prompt_id"]

    static func row(_ greeting: Greeting) -> JSONObject {
        [
            "id": .string(greeting.id), "name": .string(greeting.name), "language": .string(greeting.language),
            "media_source": .string(greeting.source), "is_prompt": .bool(greeting.promptID != nil),
        ]
    }
}
