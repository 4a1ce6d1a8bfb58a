import Foundation
import RecordingIntake

extension WatchedDirectory {
    /// `ACCOUNT=DIRECTORY`, as the configuration has it.
    init?(setting: String, settled: (String) -> String) {
        let parts = setting.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(account: parts[0], path: settled(parts[1]))
    }
}
