import Delivery
import HTTPFront
import KazooAPI
import Notifications
import RecordingIntake
import Speech
import Voicemail
import Web
import YeastarPSeriesAPI
import YeastarSSeriesAPI

/// Every interface this server speaks. A further one is a line in `all`, and one in `Descriptions`.
struct Dialects: Sendable {
    let service: VoicemailService
    let configuration: Configuration
    /// One for all, so that guessing at one interface counts at the others.
    let logins: LoginLedger
    /// Those that share the store.
    let processes: LiveProcesses
    /// Seconds of a clock that never goes back.
    let uptime: @Sendable () -> Double
    let recordingCounter: RecordingCounter
    /// Shows what is committed to those who listen.
    let hub: EventHub
    let setup: SetupCode
    /// How the server is, for its administrators' page.
    let glance: @Sendable () async throws -> ServerGlance
    /// nil where none is installed.
    let synthesizer: (any SpeechSynthesizer)?

    /// The web page comes last: at the root it stands beside the others.
    var all: [any Dialect] {
        let interfaces: [any Dialect] = [
            kazoo, pSeries, sSeries, IntakeDialect(service: service, counter: recordingCounter), LinkDialect(service: service),
        ]
        return configuration.web.isOn ? interfaces + [web] : interfaces
    }

    private var kazoo: KazooDialect {
        KazooDialect(
            service: service, settings: configuration.kazoo.settings, loginGuard: loginGuard("kazoo", configuration.logins.sourceRule),
            processes: { [processes] in processes.count }, uptime: uptime)
    }

    private var sSeries: SSeriesDialect {
        let settings = SSeriesSettings(enforcesDownloadAddress: configuration.sSeries.enforcesDownloadAddress)
        return SSeriesDialect(service: service, settings: settings, loginGuard: loginGuard("s-series", .yeastar))
    }

    private var pSeries: PSeriesDialect {
        PSeriesDialect(
            service: service, settings: configuration.pSeries, loginGuard: loginGuard("p-series", .yeastar), synthesizer: synthesizer,
            events: { hub.events() })
    }

    private var web: WebDialect {
        var settings = configuration.web
        settings.isApart = !configuration.http.page.isEmpty
        settings.fit(exchange: configuration.http.deadlines.exchange)
        if configuration.mail != nil, let address = configuration.http.publicURL { settings.sendLinks(below: address) }
        return WebDialect(
            service: service, settings: settings, loginGuard: loginGuard("web", configuration.logins.sourceRule),
            loginRules: configuration.logins.rules, setup: setup, interfaces: Descriptions.described, keyKinds: keyKinds,
            glance: glance, synthesizer: synthesizer, events: { hub.events() })
    }

    /// As `aftertone key create` makes them.
    private var keyKinds: [KeyKind] {
        let service = service
        func key(_ kind: Credential.Kind) -> KeyKind {
            KeyKind(kind.rawValue) { [("api_key", try await service.access.issueKey(CredentialDraft(kind, name: $0), in: $1).secret)] }
        }
        return [
            key(.kazoo),
            KeyKind(Credential.Kind.pSeries.rawValue) {
                let issued = try await Applications(service).create(name: $0, in: $1)
                return [("client_id", issued.credential.handle), ("client_secret", issued.secret)]
            },
            KeyKind(Credential.Kind.sSeries.rawValue) {
                let issued = try await APIUsers(service).create(name: $0, in: $1)
                return [("username", issued.credential.handle), ("password", issued.secret)]
            },
            key(.intake),
        ]
    }

    private func loginGuard(_ interface: String, _ rule: LoginRule) -> LoginGuard { LoginGuard(logins, interface: interface, rule: rule) }
}

extension Configuration.Kazoo {
    var settings: KazooSettings {
        KazooSettings(
            maximumBody: maximumBody, rateLimit: rateLimit, node: node, emptyNextStartKey: emptyNextStartKey,
            zipNames: zipColons ? .withColons : .portable, recoveryPages: recoveryPages)
    }
}
