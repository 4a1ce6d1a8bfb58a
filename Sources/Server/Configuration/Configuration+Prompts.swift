import Prompts

extension PromptSettings {
    init(_ reader: SettingsReader) {
        self.init()
        directory = reader.path("sip.prompts.directory", directory)
        let known = Language.tags.joined(separator: ", ")
        language = reader.value("sip.prompts.language", language, expecting: "one of " + known) { Language.tag(for: $0) }
        languages = reader.list("sip.prompts.languages", languages, expecting: "one of " + known) { Language.tag(for: $0) }
    }
}
