/// The bytes of `secret.key`.
///
/// The first half tells the installation from others, and random secrets are hashed under it: to know it opens none of them, so it stays for good.
/// Under the second half, or the first where there is only one, is what the key itself would give away: texts that are sealed and signatures. It is
/// what a rotation renews.
public struct InstallationKey: Sendable, Equatable {
    public static let halfBytes = 32

    public let bytes: [UInt8]

    /// - Returns: nil for what is neither one half nor two.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.halfBytes || bytes.count == 2 * Self.halfBytes else { return nil }
        self.bytes = bytes
    }

    /// A new one of one half.
    public static func random() -> InstallationKey { InstallationKey(unchecked: Self.randomHalf()) }

    /// This one with another second half.
    public func renewed() -> InstallationKey { InstallationKey(unchecked: identity + Self.randomHalf()) }

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    private static func randomHalf() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<halfBytes).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    public var identity: [UInt8] { Array(bytes.prefix(Self.halfBytes)) }
    public var sealing: [UInt8] { Array(bytes.suffix(Self.halfBytes)) }
}
