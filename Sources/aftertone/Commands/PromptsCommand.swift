import ArgumentParser
import Foundation
import NIOPosix
import Prompts
import Server
import Speech
import Voicemail

struct PromptsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "prompts", abstract: "What the telephone says.", subcommands: [Check.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tells whether every phrase of the telephone's languages has a voice.",
            discussion: """
                Goes through the languages of the configuration (sip.prompts.languages), or those that are named. Ends with status 1 when a \
                phrase would be but a tone, or be said in another language.
                """)

        @OptionGroup var common: CommonOptions
        @Argument(help: "Languages: en, es, fr, it, ru.") var languages: [String] = []

        func validate() throws {
            for tag in languages where Language.tag(for: tag) == nil {
                throw ValidationError("there are no phrases in the language \"\(Terminal.visible(tag))\"")
            }
        }

        func run() async throws {
            try await common.open { installation in
                let settings = try common.loadConfiguration().prompts
                let voices = PromptVoices(settings, service: installation.service, synthesizer: synthesizer)
                var reports: [PromptVoices.Report] = []
                for tag in languages.isEmpty ? settings.languages : languages { reports.append(await voices.check(tag)) }
                if common.json {
                    common.output.show(["id": "prompts", "ok": .bool(reports.allSatisfy(\.isGood)), "languages": .array(reports.map(\.asReport))])
                } else {
                    for line in reports.flatMap(\.lines) { Terminal.print(Terminal.visible(line)) }
                }
                let bad = reports.filter { !$0.isGood }.map(\.language)
                if !bad.isEmpty { throw Refusal("not every phrase has a voice in: \(bad.joined(separator: ", "))") }
            }
        }

        private var synthesizer: (any SpeechSynthesizer)? {
            EspeakSynthesizer(searchPath: ProcessInfo.processInfo.environment["PATH"] ?? "", pool: .singleton)
        }
    }
}

extension PromptVoices.Report {
    fileprivate var lines: [String] {
        var lines = ["\(language): \(voiced.count.counted("phrase")) by a voice, \(spoken.count) by text to speech"]
        if !spoken.isEmpty { lines.append("  text to speech: \(spoken.joined(separator: ", "))") }
        if !foreign.isEmpty { lines.append("  in another language: \(foreign.joined(separator: ", "))") }
        if !toned.isEmpty { lines.append("  only a tone: \(toned.joined(separator: ", "))") }
        // Of a voice that is not there at all, its package is enough.
        if !missing.isEmpty, !voiced.isEmpty { lines.append("  sounds that are not there: \(missing.sorted().joined(separator: ", "))") }
        if !missing.isEmpty, let package { lines.append("  the voice is in Debian's package \(package)") }
        return lines
    }

    fileprivate var asReport: JSON {
        [
            "language": .string(language), "package": package.map { .string($0) } ?? .null, "voiced": JSON(voiced), "spoken": JSON(spoken),
            "foreign": JSON(foreign),
            "toned": JSON(toned), "missing": JSON(missing.sorted()),
        ]
    }
}
