import CRe
import SIPGrammar

/// Decides who comes in: those whose address is trusted, and those who show that they know a password (RFC 3261 §22, RFC 8760).
@SIPLoop final class Doorkeeper {
    enum Decision: Hashable {
        case comesIn
        /// Nothing is answered.
        case isIgnored
        /// Is to show that he knows a password; `headers` ask for it.
        case isAsked(headers: String)
        case isRefused
    }

    private let isTrusted: @Sendable (PeerAddress) -> Bool
    /// Those that we are registered with, by the names of registrations: their calls are what we register for.
    private var friends: [String: Set<String>] = [:]
    private let treatment: StrangersTreatment
    private let logins: PeerLogins
    private var nonces = Nonces()
    /// By the place that a peer is at, and by his name.
    private var failed: FailedLogins
    private var failedNames: FailedLogins
    private var rates: StrangerRates
    private var known = KnownHosts()
    private let report: @Sendable (SIPEvent) -> Void

    init(_ settings: SIPSettings) {
        isTrusted = settings.trusts
        treatment = settings.strangers
        logins = settings.logins
        var rule = FailedLogins.Rule(failures: logins.failures, rest: UInt64(max(1, logins.lockSeconds)) * 1000)
        failed = FailedLogins(rule)
        rule.failures *= Self.placesOfName
        failedNames = FailedLogins(rule)
        rates = StrangerRates(perSecond: settings.limits.strangersPerSecond)
        report = settings.report
    }

    func trusts(_ source: PeerAddress) -> Bool { isTrusted(source) || friends.values.contains { $0.contains(source.host) } }

    /// Trusts these hosts from now on, and not those of before.
    func befriend(_ hosts: Set<String>, as name: String) { friends[name] = hosts.isEmpty ? nil : hosts }

    /// Whether what comes from there is to be looked at at all: of strangers only so much a second.
    func looks(at source: PeerAddress) -> Bool {
        if trusts(source) { return true }
        let now = tmr_jiffies()
        guard treatment != .drop, !failed.isLocked(source.site, now: now) else { return false }
        return known.has(source.host, now: now) || rates.allows(source.site, now: now)
    }

    /// Whether somebody has shown a password there lately.
    func remembers(_ source: PeerAddress) -> Bool { known.has(source.host, now: tmr_jiffies()) }

    /// What becomes of a request from outside of any call.
    func decide(_ message: SIPMessage, from source: PeerAddress) -> Decision {
        if trusts(source) { return .comesIn }
        let now = tmr_jiffies()
        switch treatment {
        case .drop: return .isIgnored
        case .refuse: return .isRefused
        case .challenge: break
        }
        if failed.isLocked(source.site, now: now) { return .isIgnored }
        let shown = message.headers("authorization").prefix(Self.mostFields).compactMap { DigestCredentials($0.value) }
        guard let credentials = shown.first(where: { $0.realm == logins.realm }), let method = message.method else { return ask(source, now) }
        return judge(credentials, method, source, now)
    }

    private func judge(_ credentials: DigestCredentials, _ method: String, _ source: PeerAddress, _ now: UInt64) -> Decision {
        guard let algorithm = DigestAlgorithm(name: credentials.algorithm), logins.algorithms.contains(algorithm), let count = Self.count(of: credentials)
        else { return ask(source, now) }
        let verdict = nonces.judge(credentials.nonce, count: count, from: source.host, now: now)
        if verdict == .foreign { return ask(source, now) }
        let name = String(credentials.username.prefix(Self.longestName))
        if failedNames.isLocked(name, now: now), !known.has(source.host, now: now) { return .isIgnored }
        guard isRight(credentials, algorithm, method) else {
            let isLocked = failed.failed(source.site, now: now)
            if failedNames.failed(name, now: now) { report(.nameLocked(name)) }
            report(.wrongPassword(name: credentials.username, source: source, isLocked: isLocked))
            return isLocked ? .isIgnored : ask(source, now)
        }
        // The password was right: he is only to hash it with another word.
        if verdict == .stale { return ask(source, now, isStale: true) }
        nonces.spend(credentials.nonce, count: count, now: now)
        failed.succeeded(source.site)
        failedNames.succeeded(name)
        known.note(source.host, now: now)
        return .comesIn
    }

    /// Takes as long for a name that nobody has.
    private func isRight(_ credentials: DigestCredentials, _ algorithm: DigestAlgorithm, _ method: String) -> Bool {
        let password = logins.passwords[credentials.username]
        let secret = algorithm.hash(credentials.username, logins.realm, password ?? "-")
        let request = algorithm.hash(method, credentials.uri)
        let expected =
            if let quality = credentials.quality {
                algorithm.hash(secret, credentials.nonce, credentials.count ?? "", credentials.clientNonce ?? "", quality, request)
            } else {
                algorithm.hash(secret, credentials.nonce, request)
            }
        return Secret.isEqual(expected, credentials.response) && password?.isEmpty == false
    }

    /// How often the nonce was used; nil for what we have not offered. Who does not count may use one once.
    private static func count(of credentials: DigestCredentials) -> UInt64? {
        switch credentials.quality {
        case nil: return .max
        case "auth":
            guard let text = credentials.count, text.utf8.count == 8, let count = UInt64(text, radix: 16), count > 0, credentials.clientNonce?.isEmpty == false
            else { return nil }
            return count
        default: return nil
        }
    }

    private func ask(_ source: PeerAddress, _ now: UInt64, isStale: Bool = false) -> Decision {
        let nonce = nonces.make(for: source.host, now: now)
        let lines = logins.algorithms.map { algorithm in
            "WWW-Authenticate: Digest realm=\"\(logins.realm)\", nonce=\"\(nonce)\", algorithm=\(algorithm.rawValue), qop=\"auth\""
                + (isStale ? ", stale=true" : "") + "\r\n"
        }
        return .isAsked(headers: lines.joined())
    }

    /// So many places may fail with a name before it is locked.
    private static let placesOfName = 10
    /// Letters of a name by which it is counted.
    private static let longestName = 64
    /// Credentials of one request that are looked at.
    private static let mostFields = 8
}
