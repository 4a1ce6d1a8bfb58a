extension Greeting {
    /// Its file name on a shelf; nil for one on none.
    var fileLabel: String? { ownerID == nil ? nil : stored.hidden["greeting_file"]?.string }

    /// Takes audio, under a name on a shelf.
    mutating func file(as fileName: String, key: String, _ audio: ReceivedAudio, _ origin: GreetingOrigin) {
        take(audio, source: origin.word)
        if stored.attributes["language"] == nil { stored.attributes["language"] = .string(language) }
        stored.attributes["streamable"] = true
        stored.attributes["tts"] = [:]
        stored.hidden["voice"] = nil
        if case .speech(let text, let voice) = origin {
            stored.attributes["tts"] = ["text": .string(text)]
            stored.hidden["voice"] = .object(voice)
        }
        rename(to: fileName, key: key)
    }

    mutating func rename(to fileName: String, key: String) {
        stored.key = key
        stored.hidden["greeting_file"] = .string(fileName)
        // A download by id has a file name of its own, which an upload by id changes (K§8).
        stored.hidden["file_name"] = .string(fileName)
        // Names have 128 characters at most (K§8).
        stored.name = String(String.UnicodeScalarView(fileName.unicodeScalars.prefix(128)))
        stored.attributes["name"] = .string(name)
    }

    /// A file name for one that is on no shelf or another, which is not taken on this one.
    func borrowedName(isTaken: (String) throws -> Bool) rethrows -> String {
        let label = stored.hidden["file_name"]?.string ?? name
        let container = GreetingName.container(of: label)
        let clean = String(String.UnicodeScalarView(label.unicodeScalars.prefix(120).map { GreetingName.isComponent(String($0)) || $0 == "." ? $0 : "_" }))
        let standard = contentType.flatMap { AudioContainer(contentType: $0) }.flatMap { GreetingName.containers.contains($0) ? $0 : nil } ?? .mp3
        let name = container == nil ? clean + "." + standard.rawValue : clean
        return try isTaken(name) ? "\(serial)_" + name : name
    }
}
