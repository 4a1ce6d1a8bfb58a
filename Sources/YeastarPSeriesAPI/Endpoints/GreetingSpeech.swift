import HTTPFront
import Voicemail

/// Greetings by text to speech, and their names (P§5.7, P§5.8).
extension PSeriesDialect {
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
        let name = stem + "." + AudioContainer.wav.rawValue
        let greeting: NamedGreeting
        do {
            greeting = try await service.greetings.put(
                name, audio: try await spoken(speech, as: name, for: call.account), origin: speech.origin, on: shelf, replacing: false)
        } catch VoicemailError.conflict {
            throw PSeriesFailure.duplicate("file", stem, source: kind.module, name: number)
        }
        return .fields(["id": .int(greeting.serial), "status": "complete", "request_id": .string(call.request.id)])
    }

    func updateGreeting(_ call: PSeriesCall, _ kind: BoxKind) async throws -> PSeriesAnswer {
        let parameters = call.parameters
        let id = try parameters.requireInteger("id")
        let stem = try parameters.requireText("file")
        guard GreetingName.isStem(stem) else { throw PSeriesFailure.invalid("file", .string(stem)) }
        // Whatever is wrong by itself is said before anything is looked for.
        _ = try speech(parameters, text: try parameters.text("text") ?? "", language: try parameters.text("language") ?? "")
        let owner = if let number = try parameters.text("number") { try await box(number, kind, of: call.account).id } else { String?.none }
        let shelves = MeantShelves(of: owner) { kind.fits($0) }
        let found: (greeting: NamedGreeting, shelf: GreetingShelf)
        do {
            found = try await service.greetings.find(serial: id, on: shelves, of: call.account)
        } catch VoicemailError.forbidden {
            // One that is only borrowed is listed, but it is its owner's to change.
            throw PSeriesFailure.operationFailed
        }
        // Everything is judged, and spoken, before anything is changed.
        let speech = try self.speech(parameters, anew: found.greeting)
        var sound: (audio: ReceivedAudio, origin: GreetingOrigin)?
        if let speech { sound = (try await spoken(speech, as: found.greeting.fileName, for: call.account), speech.origin) }
        do {
            _ = try await service.greetings.change(serial: id, to: stem, sound: sound, on: shelves, of: call.account)
        } catch VoicemailError.conflict {
            throw PSeriesFailure.duplicate("file", stem, source: kind.module, name: found.shelf.number)
        }
        return .success
    }

    /// What an update asks to be spoken: what is not given stays as it was. Nil when nothing of it is given.
    private func speech(_ parameters: PSeriesParameters, anew greeting: NamedGreeting) throws(PSeriesFailure) -> SpeechRequest? {
        guard let field = ["text", "language", "speed", "volume", "pitch"].first(where: { parameters.value($0) != nil }) else {
            try judgeManufacturer(parameters)
            return nil
        }
        guard let known = greeting.greeting.spokenText else { throw .invalid(field, parameters.value(field)) }
        let text = try parameters.text("text") ?? known
        var speech = try speech(parameters, text: text, language: try parameters.text("language") ?? greeting.greeting.voice["language"]?.string ?? "en-US")
        speech.speed = speech.speed ?? greeting.greeting.voice["speed"]?.int
        speech.volume = speech.volume ?? greeting.greeting.voice["volume"]?.int
        speech.pitch = speech.pitch ?? greeting.greeting.voice["pitch"]?.int
        return speech
    }

    private func judgeManufacturer(_ parameters: PSeriesParameters) throws(PSeriesFailure) {
        if let manufacturer = try parameters.text("asr_manufacturer"), !Self.manufacturers.contains(manufacturer) {
            throw .invalid("asr_manufacturer", .string(manufacturer))
        }
    }

    private func speech(_ parameters: PSeriesParameters, text: String, language: String) throws(PSeriesFailure) -> SpeechRequest {
        guard text.unicodeScalars.count <= SpeechRequest.longestText else { throw .invalid("text", .string(text)) }
        try judgeManufacturer(parameters)
        func level(_ name: String) throws(PSeriesFailure) -> Int? {
            let level = try parameters.integer(name)
            if let level, !(1...100).contains(level) { throw .invalid(name, .int(level)) }
            return level
        }
        return SpeechRequest(text: text, language: language, speed: try level("speed"), volume: try level("volume"), pitch: try level("pitch"))
    }

    /// The sound of a speech, durable; whoever calls stores it or drops it.
    private func spoken(_ speech: SpeechRequest, as fileName: String, for account: Account) async throws -> ReceivedAudio {
        guard let synthesizer else { throw PSeriesFailure.operationFailed }
        do {
            return try await service.greetings.speak(speech, by: synthesizer, as: fileName, for: account)
        } catch SpeechError.unknownLanguage {
            throw PSeriesFailure.invalid("language", .string(speech.language))
        } catch VoicemailError.unplayable {
            throw PSeriesFailure.operationFailed
        }
    }
}

extension GreetingShelf {
    fileprivate var number: String {
        if case .mailbox(let mailbox) = self { mailbox.number } else { "" }
    }
}
