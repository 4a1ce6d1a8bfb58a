import Foundation
import Voicemail

/// Time zones, as forms take them.
extension WebDialect {
    private static let zoneNames = TimeZone.knownTimeZoneIdentifiers.sorted()

    /// What a field offers.
    static var zones: [[String: Any]] { zoneNames.map { ["zone_name": $0] } }

    func zoneValues(of mailbox: Mailbox, _ account: Account) async throws -> [String: Any] {
        let zone = try await service.mailboxes.timeZone(of: mailbox, account: account)
        return ["zones": Self.zones, "zone": mailbox.timeZone?.identifier ?? "", "zone_now": zone.identifier]
    }

    /// Whether it is one of the system's database; more of them have names than are offered.
    static func isZone(_ text: String) -> Bool { TimeZone(identifier: text) != nil }
}
