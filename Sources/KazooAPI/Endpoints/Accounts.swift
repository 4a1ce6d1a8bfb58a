import HTTPFront
import HTTPTypes
import Voicemail

/// Accounts and their tree (K§9).
extension KazooDialect {
    func account(_ call: KazooCall) async throws -> Reply {
        switch call.method {
        case .put: return try await createAccount(call)
        case .get: return reply(try call.requireAccount())
        case .delete:
            let account = try await service.accounts.remove(try call.requireAccount().id)
            return .document(account, AccountView.object(account).markedDeleted)
        default:
            let account = try call.requireAccount()
            let change = call.method == .post ? AttributeChange.replace(call.envelope.data) : .patch(call.envelope.data)
            try await requireEnvelope(call, for: change, schema: Schema.account, attributes: account.published)
            return reply(try await service.accounts.change(account.id, change.withoutComputed))
        }
    }

    private func createAccount(_ call: KazooCall) async throws -> Reply {
        let caller = try call.requireCaller()
        var parent = call.account
        if parent == nil { parent = try await service.accounts.list([caller.accountID]).first }
        guard let parent else { throw KazooFailure.unauthenticated }
        let request = AttributeChange.replace(call.envelope.data).withoutComputed
        guard case .replace(let attributes) = request else { throw KazooFailure.fault }
        try await requireEnvelope(call, for: request, schema: Schema.account, attributes: [:])
        let account = try await service.accounts.create(attributes, id: call.chosenID, below: parent)
        return reply(account).created(at: "/v2/accounts/\(account.id)")
    }

    /// Accounts around one, in the order of their names.
    func accountListing(_ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        let caller = try call.requireCaller()
        switch call.route {
        case .search: return try await search(call, below: account)
        case .tree:
            let above = try await service.accounts.list(account.lineage).filter { caller.may(actOn: $0) }
            return .json(.array(above.map { ["id": .string($0.id), "name": .string($0.name)] }))
        case .children: return try await listAccounts(below: account.id, call)
        case .siblings:
            // All of them are below the same account, so that a caller who may act on one may act on all.
            guard caller.actsOnAllAccounts || account.lineage.contains(caller.accountID) else { return try Paging(call).reply(ListingPage()) }
            if let parent = account.lineage.last { return try await listAccounts(below: parent, except: account.id, call) }
            return try await listAccounts(AccountQuery(.roots), except: account.id, call)
        default: return try await listAccounts(AccountQuery(.at(account.id)), except: account.id, call)
        }
    }

    /// Those right below one.
    private func listAccounts(below parent: String, except left: String? = nil, _ call: KazooCall) async throws -> Reply {
        try await list(call, { try await service.accounts.list(below: parent, $0, item: $1) }) { (account: Account) in
            account.id == left ? nil : .object(AccountView.row(account))
        }
    }

    private func listAccounts(_ query: AccountQuery, except left: String? = nil, _ call: KazooCall) async throws -> Reply {
        let filter = try DocumentFilter(call)
        return try await list(call) { range in
            var query = query
            query.start = range.start
            query.ascending = range.ascending
            return try await service.accounts.list(query, limit: range.limit) {
                $0.id != left && filter.pass($0) ? JSON.object(AccountView.row($0)).encode() : nil
            }
        }
    }

    /// `?t=account&q=name&v={name}` (K§9).
    private func search(_ call: KazooCall, below account: Account) async throws -> Reply {
        func required(_ name: String) throws(KazooFailure) -> String {
            guard let value = call.text(name), !value.isEmpty else { throw .invalid([Violation([name], .required, value: .string(name))]) }
            return value
        }
        let type = try required("t")
        guard type == "account" else { throw KazooFailure.invalid([Violation(["t"], .enumeration(["account"]), value: .string(type))]) }
        let key = try required("q")
        guard key == "name" else { throw KazooFailure.invalid([Violation(["q"], .enumeration(["name"]), value: .string(key))]) }
        return try await listAccounts(Accounts.search(below: account, name: try required("v")), call)
    }

    private func reply(_ account: Account) -> Reply { .document(account, AccountView.object(account)) }
}

extension AttributeChange {
    /// Without what this server computes for accounts: clients send back what they read.
    var withoutComputed: AttributeChange {
        func strip(_ object: JSONObject) -> JSONObject { object.filter { key, _ in !AccountView.computed.contains(key) } }
        return switch self {
        case .replace(let object): .replace(strip(object))
        case .patch(let object): .patch(strip(object))
        }
    }
}

enum AccountView {
    static let computed: Set<String> = ["created", "is_reseller", "reseller_id", "superduper_admin", "billing_mode"]

    static func object(_ account: Account) -> JSONObject {
        var object = account.published
        object["created"] = .int(account.created.gregorian)
        object["is_reseller"] = .bool(account.lineage.isEmpty)
        object["reseller_id"] = .string(account.lineage.first ?? account.id)
        object["superduper_admin"] = .bool(account.actsOnAllAccounts)
        object["billing_mode"] = "manual"
        return object
    }

    static func row(_ account: Account) -> JSONObject {
        var row: JSONObject = ["id": .string(account.id), "name": .string(account.name), "realm": .string(account.realm)]
        row["tree"] = JSON(account.lineage)
        return row
    }
}
