import Voicemail

/// What a session of this interface remembers: who logged in from where, and where his reports go (S§2.1, S§2.2).
struct ClientDetails: Sendable {
    /// Kept as it is in the session, with what the domain keeps there.
    private(set) var stored: JSONObject

    /// - Parameters:
    ///   - address: where the login came from: the "application server" that downloads are meant for (S§4.2).
    ///   - version: of the path the login used; decides what reports look like.
    ///   - format: of the login; reports come in the same.
    init(address: String, version: APIVersion, format: AnswerFormat, report: ReportSettings) {
        stored = [
            "address": .string(address), "api": .string(version.name), "xml": .bool(format == .xml), "report": .object(report.stored),
        ]
    }

    init(of session: Ticket) { self.init(session.details) }

    init(_ stored: JSONObject) { self.stored = stored }

    /// Where the login came from, as text.
    var loginText: String? { stored["address"]?.string }
    var loginAddress: NetworkAddress? { loginText.flatMap(NetworkAddress.init) }
    /// The version of the login's path.
    var api: String { stored["api"]?.string ?? "" }
    var isXML: Bool { stored["xml"]?.bool ?? false }

    /// The addresses the client is known by: the login's, and the one a heartbeat has named since.
    var addresses: [NetworkAddress] {
        [loginAddress, report["ipaddr"]?.string.flatMap(NetworkAddress.init)].compactMap { $0 }
    }

    /// Takes over what a heartbeat changes; the rest stays. A URL that comes without its tag is relative, as at login (S§2.1).
    mutating func merge(_ report: ReportSettings) {
        var merged = self.report
        if report.stored["url"] != nil { merged.removeValue(forKey: "absolute") }
        merged.merge(report.stored) { $1 }
        stored["report"] = .object(merged)
    }

    /// What login and heartbeats have said of reports, in `ReportSettings`' words.
    var report: JSONObject { stored["report"]?.object ?? [:] }
}

/// Where and how a client wants its reports, as far as it says so.
struct ReportSettings: Sendable {
    private(set) var stored: JSONObject = [:]

    private static let longestURL = 255

    /// Reads the fields that login and heartbeat share.
    /// - Throws: `SSeriesFailure.wrongPort` for a port that is none, `.wrongReportSettings` for anything else.
    init(_ parameters: RequestParameters) throws {
        if let port = try parameters.optional("port") {
            // 0 stands for no reports (S§2.1).
            guard let number = Int(port), (0...65_535).contains(number) else { throw SSeriesFailure.wrongPort }
            stored["port"] = .int(number)
        }
        if let url = try parameters.optional("url") {
            guard url.utf8.count <= Self.longestURL, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw SSeriesFailure.wrongReportSettings
            }
            stored["url"] = .string(url)
        }
        if let tag = try parameters.optional("urltag") {
            guard ["0", "1"].contains(tag) else { throw SSeriesFailure.wrongReportSettings }
            stored["absolute"] = .bool(tag == "1")
        }
        if let version = try parameters.optional("version") {
            guard version.utf8.count <= 16 else { throw SSeriesFailure.wrongReportSettings }
            stored["version"] = .string(version)
        }
    }

    /// Names another address of the client's.
    mutating func setAddress(_ text: String) throws {
        guard NetworkAddress(text) != nil else { throw SSeriesFailure.wrongReportSettings }
        stored["ipaddr"] = .string(text)
    }
}
