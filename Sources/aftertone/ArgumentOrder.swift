import ArgumentParser

/// What every command takes may stand before the command's name too; the parser looks for it behind.
enum ArgumentOrder {
    private static let withValue = ["--data", "--config"]
    private static let flags = ["--json"]

    /// The arguments with common options moved behind the name of the command.
    static func settled(_ arguments: [String]) -> [String] {
        var command: any ParsableCommand.Type = Aftertone.self
        var names: [String] = [], early: [String] = []
        var rest = arguments[...]
        while let word = rest.first {
            if withValue.contains(word), rest.count > 1 {
                early += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else if flags.contains(word) || withValue.contains(where: { word.hasPrefix($0 + "=") }) {
                early.append(word)
                rest = rest.dropFirst()
            } else if let next = command.configuration.subcommands.first(where: { $0.answers(to: word) }) {
                command = next
                names.append(word)
                rest = rest.dropFirst()
            } else {
                break
            }
        }
        return names.isEmpty ? arguments : names + early + rest
    }
}

extension ParsableCommand {
    fileprivate static func answers(to word: String) -> Bool { _commandName == word || configuration.aliases.contains(word) }
}
