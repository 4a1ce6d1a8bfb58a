import Voicemail

/// Greetings as lists show them (P§5.1, P§6.7).
enum GreetingView {
    static func item(_ greeting: ListedGreeting, owner: (module: String, number: String)?) -> JSON {
        var item: JSONObject = ["id": .int(greeting.serial)]
        if let owner {
            item["module"] = .string(owner.module)
            item["number"] = .string(owner.number)
        }
        item["file"] = .string(greeting.isSynthesized ? greeting.stem : greeting.fileName)
        item["suffix"] = .string(greeting.suffix)
        item["type"] = .string(greeting.typeWord)
        item["real_filename"] = .string(greeting.fileName)
        return .object(item)
    }
}

extension ListedGreeting {
    /// `record` also for what was uploaded.
    var typeWord: String { isSynthesized ? "tts" : "record" }
}
