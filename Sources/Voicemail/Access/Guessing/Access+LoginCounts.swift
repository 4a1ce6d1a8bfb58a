/// What an administrator does with the counts.
extension Access {
    /// Counts in order of id, after the given one, at most `limit`.
    public func loginCounts(after id: String, limit: Int) async throws -> [LoginCount] {
        try await store.read { try $0.loginCounts(after: id, limit: limit) }
    }

    /// Forgets failures.
    /// - Parameter reference: an address, an id, or a name.
    /// - Returns: what was forgotten; everything of that name.
    public func forgetLogins(of reference: String) async throws -> [LoginCount] {
        let source = Self.loginSource(reference)
        return try await forgetLogins { $0.id == reference || $0.label == reference || ($0.kind == .source && $0.id == source) }
    }

    /// Forgets every failure.
    public func forgetAllLogins() async throws -> [LoginCount] { try await forgetLogins { _ in true } }

    private func forgetLogins(_ isMeant: @escaping @Sendable (LoginCount) -> Bool) async throws -> [LoginCount] {
        try await store.write { writer in
            let all = try writer.loginCounts(after: "", limit: LoginLedger.maximumCounts * LoginCount.Kind.allCases.count)
            let meant = all.filter(isMeant)
            for count in meant { try writer.remove(loginCountID: count.id) }
            return meant
        }
    }

    /// The text that an address is counted under: for IPv6 the network of one subscriber, who may use any address of it (RFC 6177).
    static func loginSource(_ address: String) -> String { NetworkAddress(address)?.site ?? String(address.prefix(64)) }

    func loginCountID(of name: LoginName) -> String { String(secrets.fingerprint("login " + name.key).prefix(32)) }
}
