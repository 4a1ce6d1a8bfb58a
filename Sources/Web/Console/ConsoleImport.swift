import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// Users and mailboxes from a list, looked at before and made all together or not at all.
extension WebDialect {
    /// Bytes of a form with a list.
    static let longestList = 1 << 20
    /// Rows of one; longer ones are for the command line, where nobody waits for an answer.
    private static let mostRows = 500

    /// What is wrong with a row, or with the whole, by the text that says so.
    enum ListTrouble: String, CaseIterable {
        case empty = "list_empty"
        case column = "list_column"
        case twice = "list_twice"
        case cells = "list_cells"
        case quotation = "list_quotation"
        case administrator = "list_administrator"
        case long = "list_long"
        case account = "list_account"
        case row = "list_row"
    }

    /// Texts of what became of rows.
    static let listTexts = ProvisioningReport.Outcome.allCases.map { "list_" + $0.rawValue } + ["list_accounts", "list_users", "list_mailboxes"]

    private struct Told {
        let line: Int?
        let text: String
        let word: String?

        var values: [String: Any] {
            var values: [String: Any] = ["trouble_text": "t." + text]
            if let line { values["trouble_line"] = line }
            if let word { values["trouble_word"] = word }
            return values
        }
    }

    func takeList(_ form: Query, _ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
        let text = form["list"] ?? "", setsSecrets = form["secrets"] == "yes"
        guard let deed = form["do"], ["preview", "import"].contains(deed) else { throw WebFailure.malformed(400) }
        var values: [String: Any] = ["list": text, "sets_secrets": setsSecrets]
        var troubles: [Told] = []
        do {
            let list = try ProvisioningList(text, account: session.account.id)
            guard list.rows.count <= Self.mostRows else { throw ListFault(told: Told(line: nil, text: ListTrouble.long.rawValue, word: String(Self.mostRows))) }
            troubles = try await strangers(list, session.account)
            if troubles.isEmpty {
                let report = try await service.provisioning.apply(list.rows, setsSecrets: setsSecrets, isTrial: deed == "preview")
                troubles = Swift.zip(report.rows, list.lines).compactMap { row, line in row.problem.map { Self.told($0, line) } }
                if troubles.isEmpty { values.merge(Self.values(of: report, isDone: deed == "import")) { $1 } }
            }
        } catch let fault as ProvisioningList.Fault {
            troubles = [Self.told(fault)]
        } catch let fault as ListFault {
            troubles = [fault.told]
        }
        values["has_troubles"] = !troubles.isEmpty
        values["troubles"] = troubles.map(\.values)
        return try await consolePage(.list, session, visit, values, status: troubles.isEmpty ? .ok : .badRequest)
    }

    private struct ListFault: Error {
        let told: Told
    }

    /// Rows of other accounts than that of who sends the list, unless he looks after all of them.
    private func strangers(_ list: ProvisioningList, _ account: Account) async throws -> [Told] {
        guard !account.actsOnAllAccounts else { return [] }
        var known: [String: Bool] = [account.id: true], troubles: [Told] = []
        for (row, line) in Swift.zip(list.rows, list.lines) {
            if known[row.account] == nil {
                let found = try await service.accounts.list(named: row.account)
                known[row.account] = found.count == 1 && found.first?.id == account.id
            }
            if known[row.account] != true { troubles.append(Told(line: line, text: ListTrouble.account.rawValue, word: row.account)) }
        }
        return troubles
    }

    private static func values(of report: ProvisioningReport, isDone: Bool) -> [String: Any] {
        let kinds: [(String, [ProvisioningReport.Outcome])] = [
            ("accounts", report.rows.compactMap(\.account).filter { $0 != .same }), ("users", report.rows.compactMap(\.user)),
            ("mailboxes", report.rows.compactMap(\.mailbox)),
        ]
        let counts = kinds.flatMap { kind, changes in
            ProvisioningReport.Outcome.allCases.compactMap { change -> [String: Any]? in
                let count = changes.count { $0 == change }
                return count == 0 ? nil : ["kind_text": "t.list_" + kind, "change_text": "t.list_" + change.rawValue, "count": count]
            }
        }
        return ["has_counts": true, "counts": counts, "is_done": isDone]
    }

    private static func told(_ fault: ProvisioningList.Fault) -> Told {
        let (trouble, word): (ListTrouble, String?) =
            switch fault.reason {
            case .empty: (.empty, nil)
            case .unknownColumn(let name): (.column, name)
            case .columnTwice: (.twice, nil)
            case .tooManyCells: (.cells, nil)
            case .openQuotation: (.quotation, nil)
            // A list that names none is of the account of who sends it.
            case .noAccount: (.account, nil)
            case .administrator: (.administrator, nil)
            }
        return Told(line: fault.line, text: trouble.rawValue, word: word)
    }

    /// The text of the same refusal elsewhere, and the column where there is none.
    private static func told(_ error: VoicemailError, _ line: Int) -> Told {
        guard case .invalid(let violations) = error else { return Told(line: line, text: ListTrouble.row.rawValue, word: nil) }
        if let refusal = ConsoleRefusal.refusal(of: violations) { return Told(line: line, text: refusal.rawValue, word: nil) }
        return Told(line: line, text: ListTrouble.row.rawValue, word: violations.first.flatMap(ProvisioningList.column))
    }
}
