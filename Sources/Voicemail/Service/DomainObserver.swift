/// Is told, for metrics, of changes that are durable.
public struct DomainObserver: Sendable {
    /// What retention removes.
    public enum Expired: String, Sendable, CaseIterable {
        case message, recording
    }

    /// A deposit has stored a message.
    public var deposited: @Sendable () -> Void
    /// Retention has removed some things of a kind.
    public var expired: @Sendable (Expired, Int) -> Void
    /// Some entries of the audit log were sealed.
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
