import HTTPFront
import HTTPTypes
import Logging
import Voicemail

/// The page of a first run: whoever has the code makes the first account, and is logged in as its administrator.
extension WebDialect {
    func setUp(_ visit: PageVisit) async throws -> FrontResponse {
        guard try await isUnset() else { return try await tooLate(visit) }
        switch visit.request.method {
        case .get, .head: return try await setupPage(visit)
        case .post: return try await takeSetup(visit)
        default: throw WebFailure.method
        }
    }

    /// The second visitor with the code is told that the set-up is done. To all others there is nothing here.
    private func tooLate(_ visit: PageVisit) async throws -> FrontResponse {
        let code = visit.request.method == .post ? try await Self.readForm(visit.request, from: .stranger)["code"] : visit.request.query["code"]
        throw code.map { setup.wasOpened(with: $0) } == true ? WebFailure.alreadySetUp : WebFailure.notFound
    }

    /// Whether the server is still to be set up. An account that has come in some other way ends that.
    func isUnset() async throws -> Bool {
        guard setup.text != nil else { return false }
        if try await service.accounts.list(below: nil, ListingRange(limit: 1), item: { $0.id }).items.isEmpty { return true }
        setup.discard()
        return false
    }

    private func setupPage(_ visit: PageVisit) async throws -> FrontResponse {
        guard let code = visit.request.query["code"] else { return setupForm(visit, code: nil, [:]) }
        return try await guarded(visit, code) { setupForm(visit, code: code, ["typed_mailbox": "100"]) }
    }

    private func takeSetup(_ visit: PageVisit) async throws -> FrontResponse {
        let form = try await Self.readForm(visit.request, from: .stranger), code = form["code"] ?? ""
        return try await guarded(visit, code) {
            guard isOwnForm(form, visit) else { return setupForm(visit, code: code, ["is_stale": true], status: .forbidden) }
            let wanted = SetupForm(form, language: visit.pages?.language ?? "en")
            guard setup.take(code) else { throw WebFailure.alreadySetUp }
            do {
                let user = try await make(wanted)
                var response = visit.redirect(to: "")
                try await enter(.user(user), visit, &response)
                response.headers.append(Cookie.visit.set(nil, isSecure: isSecure(visit)))
                visit.request.logger.notice("the server was set up", metadata: ["account": "\(user.accountID)"])
                return response
            } catch let wrong as SetupForm.Wrong {
                setup.giveBack(code)
                let more: [String: Any] = ["wrong": true, "wrong_text": "t." + wrong.rawValue]
                return setupForm(visit, code: code, wanted.values.merging(more) { $1 }, status: .badRequest)
            } catch {
                setup.giveBack(code)
                throw error
            }
        }
    }

    /// Makes all of it or nothing.
    private func make(_ wanted: SetupForm) async throws -> User {
        let report = try await service.provisioning.apply([try wanted.row()])
        if let problem = report.rows.first?.problem {
            if let wrong = SetupForm.wrong(problem) { throw wrong }
            throw problem
        }
        guard let account = try await service.accounts.list(named: wanted.account).first,
            let user = try await service.users.find(named: wanted.user, of: account)
        else { throw WebFailure.failed }
        return user
    }

    /// For who has the code; wrong ones count as failed logins.
    private func guarded(_ visit: PageVisit, _ code: String, _ body: () async throws -> FrontResponse) async throws -> FrontResponse {
        do {
            try await loginGuard.attempt(from: visit.request.remote) {
                guard setup.opens(code) || setup.wasOpened(with: code) else { throw VoicemailError.badCredentials }
            }
        } catch is LoginGuard.Locked {
            return setupForm(visit, code: nil, ["is_locked": true], status: .tooManyRequests)
        } catch VoicemailError.badCredentials {
            return setupForm(visit, code: nil, ["is_wrong": true], status: .forbidden)
        }
        return try await body()
    }

    /// - Parameter code: nil for who has yet to give it.
    private func setupForm(_ visit: PageVisit, code: String?, _ more: [String: Any], status: HTTPResponse.Status = .ok) -> FrontResponse {
        var values: [String: Any] = [
            "title": "t.setup", "typed_zone": service.limits.timezone, "longest_pin": service.limits.maximumPinLength, "zones": Self.zones,
        ]
        if let code { values["code"] = code }
        return visitForm(visit, .setup, values.merging(more) { $1 }, status: status)
    }
}
