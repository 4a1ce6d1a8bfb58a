import Logging
import Testing

@testable import Server

@Suite("Which lines the log takes")
struct LogLevelsTests {
    @Test("Every part has the level that is set for it, or the one of all; what is set later holds at once")
    func takes() {
        let levels = LogLevels(LogSettings())
        #expect(levels.lowest == .info && levels.format == .text)
        for (number, part) in LogPart.allCases.enumerated() {
            for level in Logger.Level.allCases {
                var settings = LogSettings()
                settings.level = Logger.Level.allCases[(number + 3) % Logger.Level.allCases.count]
                settings.parts[part] = level
                settings.format = number.isMultiple(of: 2) ? .json : .text
                levels.settings = settings
                #expect(levels.settings == settings && levels.format == settings.format && levels.lowest == min(level, settings.level))
                for other in LogPart.allCases {
                    for asked in Logger.Level.allCases {
                        #expect(levels.takes(asked, of: other) == (asked >= (other == part ? level : settings.level)), "\(other) \(asked)")
                    }
                }
            }
        }
    }
}
