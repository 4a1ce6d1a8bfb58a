/// How much is looked at of those who are not trusted: so much a second of all of them, and of each place no more than its share of that.
struct StrangerRates {
    private let ofPlace: Int
    private var all: CallRate
    private var places: [String: (rate: CallRate, last: UInt64)] = [:]

    /// Those that are remembered; when more ask within a second, the others have what is left of all.
    private static let most = 1000
    /// Of what all may have, by one place; so much at least, as far as there is so much.
    private static let share = 5, least = 5

    init(perSecond: Int) {
        all = CallRate(perSecond)
        ofPlace = min(perSecond, max(Self.least, perSecond / Self.share))
    }

    /// - Parameter now: milliseconds of a clock that never goes back.
    mutating func allows(_ place: String, now: UInt64) -> Bool {
        if places[place] == nil, places.count >= Self.most { places = places.filter { now < $0.value.last + 1000 } }
        if var known = places[place] ?? (places.count < Self.most ? (CallRate(ofPlace), now) : nil) {
            let isAllowed = known.rate.allows(now: now)
            known.last = now
            places[place] = known
            guard isAllowed else { return false }
        }
        return all.allows(now: now)
    }
}

/// Hosts that have shown a password lately. Others can keep them from being heard by no flood.
struct KnownHosts {
    private var seen: [String: UInt64] = [:]

    /// Milliseconds.
    static let lifetime: UInt64 = 3_600_000
    private static let most = 1000

    mutating func note(_ host: String, now: UInt64) {
        if seen[host] == nil, seen.count >= Self.most {
            let middle = seen.values.sorted()[seen.count / 2]
            seen = seen.filter { $0.value > middle && now < $0.value + Self.lifetime }
        }
        seen[host] = now
    }

    func has(_ host: String, now: UInt64) -> Bool { seen[host].map { now < $0 + Self.lifetime } ?? false }
}
