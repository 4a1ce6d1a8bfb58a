import Logging

extension LogSettings {
    init(_ reader: SettingsReader) {
        self.init()
        level = reader.word("log.level", level)
        let pairs = reader.list("log.levels", [Pair](), expecting: "PART=LEVEL, with one of \(LogPart.allCases.map(\.rawValue).joined(separator: ", "))") {
            Pair($0)
        }
        parts = Dictionary(pairs.map { ($0.part, $0.level) }) { $1 }
        format = reader.word("log.format", format)
    }

    /// `telephone=debug`
    private struct Pair {
        let part: LogPart
        let level: Logger.Level

        init?(_ text: String) {
            let words = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            guard words.count == 2, let part = LogPart(rawValue: words[0]), let level = Logger.Level(rawValue: words[1]) else { return nil }
            self.part = part
            self.level = level
        }
    }
}
