import TestKit
import Testing
import Voicemail
@testable import Web

@Suite("What pages say")
struct LanguageTests {
    /// Words that are none of a language; the digit of the last one is no letter.
    private static let names: Set<String> = ["Aftertone", "WAV", "MP"]

    /// What is the same in another language as in English.
    private static let same: Set<String> = ["it login_password", "it login_account", "es server_error"]

    @Test("Five languages have the same texts, and none has English ones by accident")
    func texts() throws {
        #expect(Pages.all.map(\.language) == ["en", "es", "fr", "it", "ru"])
        let english = try #require(Pages.all.first).texts
        #expect(english.count > 60)
        for pages in Pages.all {
            #expect(Set(pages.texts.keys) == Set(english.keys), "\(pages.language)")
            for (key, text) in pages.texts {
                // They stand in attributes as well as between tags, and are no templates.
                #expect(!text.isEmpty && !text.contains(/[<>&"{}]/), "\(pages.language) \(key)")
                #expect(!text.hasPrefix(" ") && !text.hasSuffix(" "))
                if pages.language != "en", !Self.same.contains("\(pages.language) \(key)") { #expect(text != english[key], "\(pages.language) \(key)") }
                if pages.language == "ru" { #expect(text.contains(/[а-яё]/), "\(key)") }
                // A sentence is one in each language.
                let isSentence = Self.isSentence(text), isEnglishSentence = Self.isSentence(english[key] ?? "")
                #expect(isSentence == isEnglishSentence, "\(pages.language) \(key)")
            }
        }
    }

    private static func isSentence(_ text: String) -> Bool { text.hasSuffix(".") || text.hasSuffix(":") }

    @Test("Templates say nothing themselves, and name no text that is not there; no text is there for nothing")
    func templates() throws {
        let english = try #require(Pages.all.first).texts
        var named: Set<String> = []
        for (name, template) in Documents.templates {
            named.formUnion(template.matches(of: /\{\{>t\.(\w+)\}\}/).map { String($0.output.1) })
            let bare: String = template.replacing(/\{\{.*?\}\}/, with: "").replacing(/<[^>]*>/, with: " ")
            let pieces: [Substring] = bare.split { !$0.isLetter }
            let words: [Substring] = pieces.filter { $0.count > 1 && !Self.names.contains(String($0)) }
            #expect(words.isEmpty, "\(name): \(words)")
            // In attributes that are read out.
            for attribute in template.matches(of: /(?:aria-label|title|placeholder|alt)="([^"]*)"/) {
                #expect(attribute.output.1.replacing(/\{\{.*?\}\}/, with: "").allSatisfy { !$0.isLetter }, "\(name)")
            }
        }
        #expect(named.subtracting(english.keys).isEmpty)
        // Named by the program.
        named.formUnion(WebDialect.settingsTexts)
        named.formUnion(WebDialect.sessionTexts)
        named.formUnion(WebDialect.consoleTexts)
        named.formUnion(SendingForm.Wrong.allCases.map(\.rawValue))
        named.formUnion(SetupForm.Wrong.allCases.map(\.rawValue))
        named.formUnion(WebDialect.ResetWrong.allCases.map(\.rawValue))
        named.formUnion(["older", "search_on", "search_none", "login_wrong", "login_wrong_pin"])
        let failures: [WebFailure] = [
            .notFound, .noMailbox, .stale, .method, .notAForm, .unplayable, .held, .alreadySetUp, .busy, .full, .failed, .malformed(400),
        ]
        for failure in failures { named.formUnion([failure.key, failure.key + "_more"]) }
        named.formUnion(Filing.outcomes.map { "told_" + $0 })
        named.formUnion(ShownFolder.allCases.flatMap { ["folder_" + $0.rawValue, "empty_" + $0.rawValue] })
        #expect(named == Set(english.keys), "\(named.symmetricDifference(english.keys))")
    }

    @Test("A page is in the user's language, else his account's, else his browser's", arguments: ["es", "fr", "it", "ru"])
    func choice(_ language: String) async throws {
        try await WebWorld.run { world in
            let texts = try #require(Pages.all.first { $0.language == language }).texts
            let english = try #require(Pages.all.first).texts
            func judge(_ answer: Answer, _ keys: [String]) {
                #expect(answer["Content-Language"] == language && answer.text.contains("<html lang=\"\(language)\">"))
                for key in keys { #expect(answer.shown.contains { $0 == texts[key] }, "\(language) \(key)") }
                // Nothing on it is an English text.
                let shown = Set(answer.shown)
                for (key, text) in english where text != texts[key] { #expect(!shown.contains(text), "\(language) \(key)") }
            }
            _ = try await world.leave()
            let foreigner = Browser(world.server, language: "tlh, \(language)-XX;q=0.8, en;q=0.3")
            judge(try await foreigner.get("/login"), ["login_button", "login_password"])
            try await foreigner.logIn()
            judge(try await foreigner.get("/"), ["folder_new", "file_saved", "delete", "logout", "with_chosen"])
            judge(try await foreigner.get("/boxes/x/new"), ["not_found", "not_found_more", "back"])
            _ = try await world.server.service.accounts.change(world.account.id, .patch(["language": .string(language)]))
            try await world.browser.logIn()
            judge(try await world.browser.get("/"), ["folder_trash"])
            _ = try await world.server.service.users.change(world.anna.id, .patch(["language": "en-US"]), in: world.account)
            #expect(try await world.browser.get("/")["Content-Language"] == "en")
        }
    }
}
