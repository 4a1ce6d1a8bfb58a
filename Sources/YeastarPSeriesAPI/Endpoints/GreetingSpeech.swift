import HTTPFront
import NIOCore
import Voicemail

/// Greetings by text to speech, and their names (contract §5.7, §5.8).
extension PSeriesDialect {
    private static let longestText = 1000
    private static let manufacturers = ["aws", "azure", "xunfei"]

    func createGreeting(_ call: PSeriesCall, _ kind: BoxKind) async throws -> PSeriesAnswer {
        let parameters = call.parameters
        let stem = try parameters.requireText("file")
        guard GreetingName.isStem(stem) else { throw PSeriesFailure.invalid("file", .string(stem)) }
        let type = try parameters.requireText("type")
        guard type == "tts" else { throw PSeriesFailure.invalid("type", .string(type)) }
        let number = try parameters.requireText("number")
        let speech = try speech(parameters, text: try parameters.requireText("text"), language: try parameters.requireText("language"))
        _ = try parameters.requireText("asr_manufacturer")
        let shelf = GreetingShelf.mailbox(try await box(number, kind, of: call.account))
        let greeting = try await speak(speech, as: stem + ".wav", on: shelf, replacing: false) {
            PSeriesFailure.duplicate("file", stem, source: kind.module, name: number)
        }
        return .fields(["id": .int(greeting.serial), "status": "complete", "request_id": .string(call.request.id)])
    }

    func updateGreeting(_ call: PSeriesCall, _ kind: BoxKind) async throws -> PSeriesAnswer {
        let parameters = call.parameters
        let id = try parameters.requireInteger("id")
        let stem = try parameters.requireText("file")
        guard GreetingName.isStem(stem) else { throw PSeriesFailure.invalid("file", .string(stem)) }
        let owner = if let number = try parameters.text("number") { try await box(number, kind, of: call.account).id } else { String?.none }
        let isShelf: @Sendable (GreetingShelf) -> Bool = { shelf in
            guard case .mailbox(let mailbox) = shelf, kind.fits(mailbox) else { return false }
            return owner == nil || owner == mailbox.id
        }
        let found = try await service.greeting(serial: id, on: isShelf, of: call.account)
        let text = try parameters.text("text")
        // Everything is judged before anything is done.
        let speech = try text.map { text throws(PSeriesFailure) in
            guard found.greeting.isSynthesized else { throw .invalid("text", .string(text)) }
            return try self.speech(parameters, text: text, language: try parameters.text("language") ?? found.greeting.language)
        }
        let renamed: NamedGreeting
        do {
            renamed = try await service.renameGreeting(serial: id, to: stem, on: isShelf, of: call.account)
        } catch VoicemailError.conflict {
            throw PSeriesFailure.duplicate("file", stem, source: kind.module, name: found.shelf.number)
        }
        if let speech { _ = try await speak(speech, as: renamed.fileName, on: found.shelf, replacing: true) { .internalError } }
        return .success
    }

    private func speech(_ parameters: Parameters, text: String, language: String) throws(PSeriesFailure) -> SpeechRequest {
        guard text.unicodeScalars.count <= Self.longestText else { throw .invalid("text", .string(text)) }
        if let manufacturer = try parameters.text("asr_manufacturer"), !Self.manufacturers.contains(manufacturer) {
            throw .invalid("asr_manufacturer", .string(manufacturer))
        }
        func level(_ name: String) throws(PSeriesFailure) -> Int? {
            let level = try parameters.integer(name)
            if let level, !(1...100).contains(level) { throw .invalid(name, .int(level)) }
            return level
        }
        return SpeechRequest(text: text, language: language, speed: try level("speed"), volume: try level("volume"), pitch: try level("pitch"))
    }

    private func speak(
        _ speech: SpeechRequest, as fileName: String, on shelf: GreetingShelf, replacing: Bool, duplicate: () -> PSeriesFailure
    ) async throws -> NamedGreeting {
        guard let synthesizer else { throw PSeriesFailure.operationFailed }
        let sound: ByteBuffer
        do { sound = try await synthesizer.speak(speech) } catch SpeechError.unknownLanguage {
            throw PSeriesFailure.invalid("language", .string(speech.language))
        }
        let intake = try await service.receiveAudio(limit: PSeriesUpload.longestFile)
        let audio: ReceivedAudio
        do {
            try await intake.write(sound)
            audio = try await intake.finish(contentType: "audio/wav", fileName: fileName, policy: .playableOnly)
        } catch {
            await intake.abandon()
            throw error
        }
        do {
            return try await service.putGreeting(
                fileName, audio: audio, origin: .speech(text: speech.text, voice: ["language": .string(speech.language)]), on: shelf,
                replacing: replacing)
        } catch VoicemailError.conflict {
            throw duplicate()
        }
    }
}

extension NamedGreeting {
    /// What it was spoken in.
    fileprivate var language: String { document.hidden["voice"]?["language"]?.string ?? "en-US" }
}

extension GreetingShelf {
    fileprivate var number: String {
        if case .mailbox(let mailbox) = self { mailbox.number } else { "" }
    }
}
