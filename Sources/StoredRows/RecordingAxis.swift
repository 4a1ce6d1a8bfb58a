/// What recordings are counted by. The numbers are stored, in either store.
public enum RecordingAxis: Int, Sendable, CaseIterable {
    case all = 0, day, block, caller, callee

    /// Serials that share a counter.
    public static let blockSize = 4096
}
