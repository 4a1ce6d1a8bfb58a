import Foundation
import Notifications
import Voicemail

/// Mail templates as files of a directory: `KIND.LANGUAGE.subject`, `.text` and `.html` each.
struct TemplateFiles {
    let directory: String

    private static let parts = ["subject", "text", "html"]
    /// Bytes of one file; what is kept of one thing is bounded closer.
    private static let largest = 1 << 20

    /// All templates that are there, each whole.
    /// - Throws: `Refusal` for a directory that cannot be read, and for a file that is no part of a template.
    func read() throws -> [MailTemplateDraft] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { !$0.hasPrefix(".") }.sorted()
        } catch { throw Refusal("\(directory) cannot be read") }
        var found: [String: [String: String]] = [:]
        for name in names {
            let words = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard words.count == 3, Self.parts.contains(words[2]) else {
                throw Refusal("\(name) is no part of a template: KIND.LANGUAGE.subject, .text or .html")
            }
            found["\(words[0]).\(words[1])", default: [:]][words[2]] = try text(of: name)
        }
        guard !found.isEmpty else { throw Refusal("there are no templates in \(directory)") }
        return try found.sorted { $0.key < $1.key }.map { name, texts in
            for part in Self.parts where texts[part] == nil { throw Refusal("\(name).\(part) is missing") }
            let words = name.split(separator: ".", omittingEmptySubsequences: false)
            let draft = MailTemplateDraft(
                kind: String(words[0]), language: String(words[1]), subject: Self.withoutLineEnd(texts["subject"] ?? ""), text: texts["text"] ?? "",
                html: texts["html"] ?? "")
            do throws(TemplateFault) { try draft.check() } catch { throw Refusal("\(name): \(error.reason)") }
            return draft
        }
    }

    private func text(of name: String) throws -> String {
        let path = URL(fileURLWithPath: directory).appendingPathComponent(name).path
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
        guard size <= Self.largest else { throw Refusal("\(name) is larger than \(Self.largest) bytes") }
        guard let bytes = FileManager.default.contents(atPath: path) else { throw Refusal("\(name) cannot be read") }
        guard let text = String(bytes: bytes, encoding: .utf8) else { throw Refusal("\(name) is not in UTF-8") }
        return text.replacing("\r\n", with: "\n")
    }

    private static func withoutLineEnd(_ text: String) -> String { text.hasSuffix("\n") ? String(text.dropLast()) : text }

    /// Writes templates; the directory is made where there is none.
    /// - Throws: `Refusal` before anything is written where a file of one is there already.
    func write(_ drafts: [MailTemplateDraft]) throws {
        let files = drafts.flatMap { draft in
            zip(Self.parts, [draft.subject + "\n", draft.text, draft.html]).map { part, text in
                (url: URL(fileURLWithPath: directory).appendingPathComponent("\(draft.kind).\(draft.language).\(part)"), text: text)
            }
        }
        for file in files where FileManager.default.fileExists(atPath: file.url.path) { throw Refusal("\(file.url.lastPathComponent) is there already") }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for file in files { try Data(file.text.utf8).write(to: file.url, options: .withoutOverwriting) }
    }
}
