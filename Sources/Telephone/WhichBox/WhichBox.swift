import SIPGrammar
import Voicemail

/// Decides which mailbox an INVITE is for, and whether it leaves a message or listens.
public struct WhichBox: Sendable {
    private let settings: WhichBoxSettings
    private let plan: NumberPlan
    private let directory: any BoxDirectory

    public init(_ settings: WhichBoxSettings, plan: NumberPlan, directory: any BoxDirectory) {
        self.settings = settings
        self.plan = plan
        self.directory = directory
    }

    /// - Throws: what the directory throws; an INVITE that fits nowhere is a decision.
    public func decide(_ invite: SIPMessage, _ arrival: Arrival) async throws -> Decision {
        var search = BoxSearch(settings, plan, directory, arrival, hosts: [invite.requestURI?.host, invite.to.uri.host].compactMap(\.self))
        let found = try await search.run(Clues(invite: invite, forwarder: settings.forwarder))
        var reading = CallerReading(invite, settings, isTrusted: arrival.isTrusted, plan: plan)
        let caller = reading.caller()
        return Decision(
            outcome: found.outcome, source: found.source, reason: found.reason, caller: caller, steps: search.steps, callerSteps: reading.steps)
    }
}
