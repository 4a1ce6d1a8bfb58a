import NIOConcurrencyHelpers

/// A bucket of tokens for each client address and account (contract §2.12).
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

/// Counts what clients spend. Memory is bounded: full buckets are forgotten, as an absent one is full.
final class RateLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var updated: Double
    }

    private static let maximumBuckets = 10_000

    private let limit: RateLimit
    private let uptime: @Sendable () -> Double
    private let buckets = NIOLockedValueBox<[String: Bucket]>([:])

    /// - Parameter uptime: seconds of a clock that never goes back.
    init(_ limit: RateLimit, uptime: @escaping @Sendable () -> Double) {
        self.limit = limit
        self.uptime = uptime
    }

    /// Takes `cost` tokens out.
    /// - Returns: what remains, or nil when there were too few; then nothing was taken.
    func spend(_ cost: Int, by client: String) -> Int? {
        let now = uptime()
        return buckets.withLockedValue { buckets in
            if buckets.count >= Self.maximumBuckets { forgetFull(&buckets, now) }
            var bucket = buckets[client].map { refilled($0, now) } ?? Bucket(tokens: Double(limit.burst), updated: now)
            guard bucket.tokens >= Double(cost) else {
                buckets[client] = bucket
                return nil
            }
            bucket.tokens -= Double(cost)
            buckets[client] = bucket
            return Int(bucket.tokens)
        }
    }

    private func refilled(_ bucket: Bucket, _ now: Double) -> Bucket {
        Bucket(tokens: min(Double(limit.burst), bucket.tokens + max(0, now - bucket.updated) * Double(limit.perSecond)), updated: now)
    }

    /// Drops full buckets; if an attack filled the table with others, the one refilled longest ago goes.
    private func forgetFull(_ buckets: inout [String: Bucket], _ now: Double) {
        buckets = buckets.filter { refilled($0.value, now).tokens < Double(limit.burst) }
        if buckets.count >= Self.maximumBuckets, let oldest = buckets.min(by: { $0.value.updated < $1.value.updated }) {
            buckets.removeValue(forKey: oldest.key)
        }
    }
}
