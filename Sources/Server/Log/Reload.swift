import Logging

/// What a change of the configuration means for a server that runs.
public struct Reload: Sendable {
    /// Settings that hold at once. Certificates are read anew besides, whatever the settings say.
    static let atOnce: Set<String> = ["log.level", "log.levels", "log.format"]

    /// Settings that changed and hold now.
    public let applied: [String]
    /// Settings that changed and hold after a restart.
    public let waiting: [String]

    public init(from before: [ShownSetting], to after: [ShownSetting]) {
        let old = Dictionary(before.map { ($0.key, $0.value) }) { first, _ in first }
        let changed = after.filter { old[$0.key] != $0.value }.map(\.key)
        applied = changed.filter(Self.atOnce.contains)
        waiting = changed.filter { !Self.atOnce.contains($0) }
    }

    /// Says what became of it.
    public func tell(_ logger: Logger) {
        if !applied.isEmpty { logger.notice("settings were changed and hold now", metadata: ["settings": "\(applied.joined(separator: ", "))"]) }
        if !waiting.isEmpty { logger.warning("settings were changed and hold after a restart", metadata: ["settings": "\(waiting.joined(separator: ", "))"]) }
        if applied.isEmpty, waiting.isEmpty { logger.notice("the configuration was read again, and nothing in it has changed") }
    }
}
