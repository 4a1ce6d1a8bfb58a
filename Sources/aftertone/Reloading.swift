import Logging
import NIOPosix
import Server
import Synchronization

/// Reads the configuration anew for a server that runs, and lets hold what can.
final class Reloading: Sendable {
    private let levels: LogLevels
    private let settings: (@Sendable () throws -> (Configuration, [ShownSetting]))?
    private let logger: Logger
    /// What the server was started with; what waits for a restart is told each time.
    private let before: Mutex<[ShownSetting]>

    init(levels: LogLevels, settings: (@Sendable () throws -> (Configuration, [ShownSetting]))?, logger: Logger) {
        self.levels = levels
        self.settings = settings
        self.logger = logger
        before = Mutex((try? settings?().1) ?? [])
    }

    func run() async {
        guard let settings else { return }
        do {
            let (configuration, after) = try await NIOThreadPool.singleton.runIfActive(settings)
            let reload = before.withLock { before in
                let reload = Reload(from: before, to: after)
                // The next reload is compared with the settings that hold now.
                before = before.map { old in reload.applied.contains(old.key) ? after.first { $0.key == old.key } ?? old : old }
                return reload
            }
            levels.settings = configuration.log
            reload.tell(logger)
        } catch {
            logger.error("the configuration cannot be used, so all stays as it is", metadata: ["error": "\(Wording.text(for: error))"])
        }
    }
}
