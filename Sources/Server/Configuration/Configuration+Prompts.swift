import Prompts

extension PromptSettings {
    init(_ reader: SettingsReader) {
        self.init()
        directory = reader.path("sip.prompts.directory", directory)
        let known = Language.all.map(\.tag).joined(separator: ", ")
        language = reader.value("sip.prompts.language", language, expecting: "one of " + known) { Language.named($0)?.tag }
        languages = reader.list("sip.prompts.languages", languages, expecting: "one of " + known) { Language.named($0)?.tag }
    }
}
