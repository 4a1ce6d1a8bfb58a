import HTTPFront
import Telephone
import Voicemail

extension CallInstruments {
    /// What `/metrics` shows of calls.
    /// - Parameters:
    ///   - registrations: their names.
    ///   - logins: told of failed logins at whatever interface.
    init(_ registry: MetricsRegistry, registrations: [String] = [], logins: LoginLedger.Observer) {
        let held = Dictionary(
            registrations.map { name in
                (
                    name,
                    registry.gauge(
                        CallInstruments.registrationGauge, help: "Whether a registration with a telephone system holds.", labels: [("registration", name)])
                )
            }, uniquingKeysWith: { first, _ in first })
        let outcomes = Dictionary(
            uniqueKeysWithValues: CallOutcome.allCases.map { outcome in
                (
                    outcome,
                    registry.counter("aftertone_calls_total", help: "Calls that have ended, by what became of them.", labels: [("outcome", outcome.rawValue)])
                )
            })
        let lengths = registry.histogram(
            "aftertone_call_seconds", help: "Time calls last.", bounds: [1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600])
        let lost = registry.counter("aftertone_call_packets_lost_total", help: "Packets of recorded sound that never came.")
        let late = registry.counter("aftertone_call_packets_late_total", help: "Packets of recorded sound that came too late.")
        let prompts = registry.counter("aftertone_prompts_total", help: "Prompts and greetings that were begun.")
        let answers = registry.histogram("aftertone_call_setup_seconds", help: "Time from a call's request to its answer.")
        let syncs = registry.histogram("aftertone_capture_sync_seconds", help: "Time one sync of all recordings under way takes.")
        let steps = registry.histogram(
            "aftertone_call_clock_late_seconds", help: "How late the steps of twenty milliseconds are by which calls go.",
            bounds: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1])
        self.init(
            ended: { outcome, seconds, lostPackets, latePackets, begun in
                outcomes[outcome]?.add()
                lengths.observe(seconds)
                lost.add(lostPackets)
                late.add(latePackets)
                prompts.add(begun)
            }, answered: { answers.observe($0) }, synced: { syncs.observe($0) }, stepped: { steps.observe($0) },
            registered: { held[$0]?.set($1 ? 1 : 0) },
            loginFailed: { isLocked in
                logins.failed(Telephone.loginInterface)
                if isLocked { logins.locked(.source) }
            })
    }

    /// What `status` reads.
    static let registrationGauge = "aftertone_sip_registered"
}
