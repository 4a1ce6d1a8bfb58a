import Voicemail

/// Where one client gets its event reports, and what they look like (S§2.1, S§2.2, S§7).
struct ReportDestination: Sendable, Hashable {
    let url: String
    let format: ReportFormat
    /// Reports in XML, for a client that has logged in in XML.
    let isXML: Bool
    /// Where the client logged in from: the one address of this machine that it may be told at.
    let client: String
    /// Whether the client has named where to, and is not just expected to listen.
    let isNamed: Bool

    /// The port of clients that name none (S§2.1).
    static let standardPort = 8260

    /// - Returns: nil when it is not known where the client is, and when it wants no reports.
    init?(_ details: ClientDetails) {
        let report = details.report
        guard report["port"] != 0 else { return nil }
        guard let home = report["ipaddr"]?.string ?? details.loginText else { return nil }
        client = details.loginText ?? ""
        format = ReportFormat(api: details.api, requested: report["version"]?.string)
        isXML = details.isXML
        let place = report["url"]?.string ?? ""
        isNamed = report["port"] != nil || !place.isEmpty
        if report["absolute"]?.bool == true, !place.isEmpty {
            url = place.contains("://") ? place : "http://" + place
        } else {
            let host = home.contains(":") ? "[\(home)]" : home
            let path = place.hasPrefix("/") ? place : "/" + place
            url = "http://\(host):\(report["port"]?.int ?? Self.standardPort)\(path)"
        }
    }
}
