import ArgumentParser

/// A yes to a command that takes more away than what it names.
struct Consent: ParsableArguments {
    @Flag(help: "Does it without asking. Needed where there is no terminal to ask on.") var yes = false

    /// Goes on if this is wanted.
    /// - Parameter taking: what would go, as in "deletes the account Acme with 3 mailboxes".
    /// - Throws: `Refusal` without a yes.
    func require(_ taking: String) throws {
        guard !yes else { return }
        guard Terminal.canBeTyped else { throw Refusal("this \(taking); say --yes if that is meant") }
        Terminal.write("This \(Terminal.visible(taking)). Go on? [y/N] ", to: Terminal.errors)
        let answer = String(decoding: try StandardInput.read(upTo: 256) ?? [], as: UTF8.self)
        guard ["y\n", "yes\n"].contains(answer.lowercased()) else { throw Refusal("nothing was deleted") }
    }

    /// The parts of `counts` that are not none, in a sentence: "3 mailboxes and 12 messages"; nil when all are none.
    static func listed(_ counts: [String?]) -> String? {
        let parts = counts.compactMap(\.self)
        guard let last = parts.last else { return nil }
        return parts.count == 1 ? last : parts.dropLast().joined(separator: ", ") + " and " + last
    }
}

extension Int {
    /// The number with its noun, or nil for none.
    func some(_ one: String, _ many: String? = nil) -> String? { self == 0 ? nil : counted(one, many) }
}
