/// Told what is to be shown in metrics, once it is durable.
public struct DomainObserver: Sendable {
    /// What retention removes.
    public enum Expired: String, Sendable, CaseIterable {
        case message, recording
    }

    /// A deposit has stored a message.
    public var deposited: @Sendable () -> Void
    /// Retention has removed so many.
    public var expired: @Sendable (Expired, Int) -> Void
    /// So many entries of the audit log were sealed.
    public var sealed: @Sendable (Int) -> Void

    public init(
        deposited: @escaping @Sendable () -> Void = {}, expired: @escaping @Sendable (Expired, Int) -> Void = { _, _ in },
        sealed: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.deposited = deposited
        self.expired = expired
        self.sealed = sealed
    }
}
