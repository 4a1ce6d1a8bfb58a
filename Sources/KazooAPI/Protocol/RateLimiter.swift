import NIOConcurrencyHelpers
import Voicemail

/// A bucket of tokens for each client address and account (K§2.12). Several processes that share a store have a share of it each.
public struct RateLimit: Sendable, Hashable {
    /// Tokens a full bucket holds.
    public var burst: Int
    /// Tokens that flow back in a second.
    public var perSecond: Int
    /// Tokens a login costs; anything else costs one.
    public var loginCost: Int

    public init(burst: Int = 20_000, perSecond: Int = 10_000, loginCost: Int = 35) {
        self.burst = burst
        self.perSecond = perSecond
        self.loginCost = loginCost
    }
}

/// Counts what clients spend. Whoever was not seen for so long that his bucket is forgotten starts with a full one again.
final class RateLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var updated: Double
    }

    private static let generationSize = 5_000

    private let limit: RateLimit
    private let processes: @Sendable () -> Int
    private let uptime: @Sendable () -> Double
    private let buckets = NIOLockedValueBox(Generations<String, Bucket>(of: generationSize))

    /// - Parameters:
    ///   - processes: how many give tokens out.
    ///   - uptime: seconds of a clock that never goes back.
    init(_ limit: RateLimit, processes: @escaping @Sendable () -> Int = { 1 }, uptime: @escaping @Sendable () -> Double) {
        self.limit = limit
        self.processes = processes
        self.uptime = uptime
    }

    /// The name of a bucket: an address, with an account where the path names one that there is. Anything else in its place would make
    /// each invention a bucket of its own.
    static func client(_ address: String, accountID: String?) -> String {
        accountID.map { address + " " + $0 } ?? address
    }

    /// Takes `cost` tokens out.
    /// - Returns: what remains, or nil when there were too few; then nothing was taken.
    func spend(_ cost: Int, by client: String) -> Int? {
        let now = uptime(), share = limit.share(among: processes())
        return buckets.withLockedValue { buckets in
            var bucket = buckets.value(for: client).map { refilled($0, share, now) } ?? Bucket(tokens: share.burst, updated: now)
            let suffices = bucket.tokens >= Double(cost)
            if suffices { bucket.tokens -= Double(cost) }
            buckets.keep(bucket, for: client)
            return suffices ? Int(bucket.tokens) : nil
        }
    }

    /// Whether `cost` tokens are there. It takes none.
    func holds(_ cost: Int, for client: String) -> Bool {
        let now = uptime(), share = limit.share(among: processes())
        let bucket = buckets.withLockedValue { $0.value(for: client) }
        return (bucket.map { refilled($0, share, now).tokens } ?? share.burst) >= Double(cost)
    }

    private func refilled(_ bucket: Bucket, _ share: RateLimit.Share, _ now: Double) -> Bucket {
        Bucket(tokens: min(share.burst, bucket.tokens + max(0, now - bucket.updated) * share.perSecond), updated: now)
    }
}

extension RateLimit {
    /// What one of several processes gives out.
    struct Share {
        let burst: Double
        let perSecond: Double
    }

    /// The bucket of each holds what a login costs, or nobody could log in at many.
    func share(among processes: Int) -> Share {
        let count = Double(max(1, processes))
        return Share(burst: max(Double(burst) / count, Double(min(burst, loginCost))), perSecond: Double(perSecond) / count)
    }
}
