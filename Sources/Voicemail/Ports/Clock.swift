import Foundation

/// The wall clock the domain reads. Tests bring one they turn by hand.
public protocol WallClock: Sendable {
    var now: Timestamp { get }
}

/// The machine's clock.
public struct SystemClock: WallClock {
    public init() {}

    public var now: Timestamp { Timestamp(unix: Int(Date().timeIntervalSince1970.rounded(.down))) }
}
