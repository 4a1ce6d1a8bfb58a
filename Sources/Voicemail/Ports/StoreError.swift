/// Why a store could not do what was asked.
public enum StoreError: Error, Equatable, Sendable {
    /// A unique key is taken: an id, a mailbox number, a realm.
    case conflict
    /// No room on the device.
    case full
    /// The database failed; the text is for the log.
    case failed(String)
    /// Whether the change took place could not be found out: whoever was asked for it may not drop what belongs to it.
    case undecided
}
