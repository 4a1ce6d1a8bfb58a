import HTTPFront
import HTTPTypes
import Voicemail

/// Uploads of greetings and prompts (P§5.4, P§10).
extension PSeriesDialect {
    func uploadGreeting(_ call: PSeriesCall, _ kind: BoxKind) async throws -> PSeriesAnswer {
        try await PSeriesUpload.read(call, service: service) { upload in
            let number = try upload.require("owner")
            let mode = try upload.mode()
            let name = try upload.fileName()
            let mailbox = try await box(number, kind, of: call.account)
            let shelf = GreetingShelf.mailbox(mailbox)
            let owner: JSONObject = ["owner": .string(number)]
            switch mode {
            case .ask:
                guard let known = try await existing(name, on: shelf) else { return .fields(owner) }
                let fields = owner.merging(["exist_type": .string(known.listed.typeWord)]) { $1 }
                throw PSeriesFailure.duplicate("file", name, source: kind.module, name: number, fields)
            case .force:
                _ = try await service.greetings.put(name, audio: try await upload.audio(named: name), origin: .upload, on: shelf)
                return .fields(owner)
            }
        }
    }

    func uploadPrompt(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        try await PSeriesUpload.read(call, service: service) { upload in
            let mode = try upload.mode()
            let name = try upload.fileName()
            let shelf = GreetingShelf.prompts(account: call.account)
            let known = try await existing(name, on: shelf)
            let fields: JSONObject = known.map { ["exist_type": .string($0.listed.typeWord)] } ?? [:]
            switch mode {
            case .ask:
                guard known != nil else { return .success }
                throw PSeriesFailure.duplicate("file", name, source: "custom_prompt", name: name, fields)
            case .force:
                _ = try await service.greetings.put(name, audio: try await upload.audio(named: name), origin: .upload, on: shelf)
                return .fields(fields)
            }
        }
    }

    private func existing(_ name: String, on shelf: GreetingShelf) async throws -> NamedGreeting? {
        do { return try await service.greetings.find(name, on: shelf) } catch VoicemailError.notFound { return nil }
    }
}
