/// What is stored of a call.
public enum CallMaster: String, Sendable, Hashable, CaseIterable {
    /// The sound as it came.
    case received
    /// What the mailbox's `media_extension` says (K§12-08).
    case mediaExtension = "media_extension"
}
