import HTTPFront
import Voicemail

extension LoginRule {
    /// Of both Yeastar interfaces: the S-Series documents it, and the P-Series does what it does (S§2.1, P§3.1).
    static let yeastar = LoginRule(maximumFailures: 5, lockSeconds: 600)
}

extension Configuration.Logins {
    /// Of a source at an interface that documents none.
    var sourceRule: LoginRule { LoginRule(maximumFailures: maximumFailures, lockSeconds: lockSeconds) }

    /// What failed logins are counted by.
    public var rules: LoginRules {
        LoginRules(
            sources: [sourceRule, .yeastar],
            login: LoginRule(maximumFailures: maximumFailuresOfLogin, lockSeconds: lockSecondsOfLogin),
            account: LoginRule(maximumFailures: maximumFailuresOfAccount, lockSeconds: lockSecondsOfLogin),
            mailbox: LoginRule(maximumFailures: maximumFailuresOfMailbox, lockSeconds: lockSecondsOfLogin))
    }
}

extension LoginLedger.Observer {
    /// What `/metrics` shows of logins.
    init(_ registry: MetricsRegistry) {
        let lockouts = Dictionary(
            uniqueKeysWithValues: LoginCount.Kind.allCases.map { kind in
                (kind, registry.counter("aftertone_login_lockouts_total", help: "Lock-outs after failed logins.", labels: [("subject", kind.rawValue)]))
            })
        self.init { interface in
            registry.counter("aftertone_login_failures_total", help: "Logins that failed.", labels: [("interface", interface)]).add()
        } refused: { interface in
            registry.counter(
                "aftertone_logins_refused_total", help: "Logins that were refused because of a lock-out.", labels: [("interface", interface)]
            ).add()
        } locked: { kind in
            lockouts[kind]?.add()
        }
    }
}
