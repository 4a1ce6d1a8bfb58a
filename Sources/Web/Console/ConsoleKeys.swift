import HTTPFront
import Voicemail

/// A kind of keys that programs log in with, and how one is made. Each interface has its own.
public struct KeyKind: Sendable {
    /// As credentials and addresses have it.
    public let name: String
    /// - Returns: what a program is given, by the words of the interface; shown once.
    let make: @Sendable (_ purpose: String, _ account: Account) async throws -> [(field: String, value: String)]

    public init(
        _ name: String, make: @escaping @Sendable (_ purpose: String, _ account: Account) async throws -> [(field: String, value: String)]
    ) {
        self.name = name
        self.make = make
    }
}

/// The keys of an account.
extension WebDialect {
    func listKeys(_ query: Query, _ account: Account, _ times: ShownTimes) async throws -> [String: Any] {
        let after = max(0, query["after"].flatMap { Int($0) } ?? 0)
        let keys = try await service.access.credentials(of: account).filter { $0.kind != .login }.sorted { ($0.created, $0.id) > ($1.created, $1.id) }
        var values: [String: Any] = ["is_later": after > 0, "kinds": keyKinds.map { ["kind": $0.name] }]
        if keys.count - Self.rowsOfPage > after { values["next"] = "after=\(after + Self.rowsOfPage)" }
        values["rows"] = keys.dropFirst(after).prefix(Self.rowsOfPage).map { key -> [String: Any] in
            [
                "row_id": key.id, "row_name": key.name, "row_kind": key.kind.rawValue, "created": key.created.iso8601, "created_shown": times.text(key.created),
            ]
        }
        return values
    }

    /// - Returns: for a page, what is shown this once.
    func makeKey(_ form: Query, _ account: Account) async throws -> [String: Any] {
        guard let kind = keyKinds.first(where: { $0.name == form["kind"] }) else { throw WebFailure.malformed(400) }
        let purpose = HTTPToken.trim(form["name"] ?? "")
        guard !purpose.isEmpty, purpose.count <= Self.longestPurpose else { throw ConsoleRefusal.key }
        let made = try await kind.make(purpose, account)
        return ["has_secrets": true, "secrets": made.map { ["secret_field": $0.field, "secret": $0.value] }]
    }

    func withdrawKey(_ deed: ConsoleDeed, _ account: Account) async throws {
        guard deed.word == "withdraw", let id = deed.subject else { throw WebFailure.malformed(400) }
        // A user's login is no key.
        guard try await service.access.credentials(of: account).contains(where: { $0.id == id && $0.kind != .login }) else { throw WebFailure.notFound }
        try await service.access.removeCredential(id, in: account)
    }

    private static let longestPurpose = 64
}
