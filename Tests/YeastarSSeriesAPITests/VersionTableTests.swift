import Testing

@testable import YeastarSSeriesAPI

/// The table of S§1, with what S§0 and S§3.6 add: v0.0.1 and v1.1.0 have each other's endpoints, and v1.0 answers voicemail too.
@Suite("The table of versions")
struct VersionTableTests {
    @Test(
        "Each version offers its endpoints and no others",
        arguments: [
            ("login", "v0.0.1 v1.0.2 v1.1.0 v2.0.0"),
            ("heartbeat", "v0.0.1 v1.0.2 v1.1.0 v2.0.0"),
            ("logout", "v0.0.1 v1.0.2 v1.1.0 v2.0.0"),
            ("token/refresh", "v1.1.0 v2.0.0"),
            ("voicemail/query", "v0.0.1 v1.0.2 v1.1.0 v2.0.0"),
            ("voicemail/get_random", "v0.0.1 v1.0.2 v1.1.0 v2.0.0"),
            ("voicemail/download", "v0.0.1 v1.0.2 v1.1.0 v2.0.0"),
            ("voicemail/delete", "v0.0.1 v1.0.2 v1.1.0 v2.0.0"),
            ("recording/get_random", "v0.0.1 v1.0.2 v1.1.0 v2.0.0"),
            ("recording/download", "v0.0.1 v1.0.2 v1.1.0 v2.0.0"),
            ("cdr/get_random", "v0.0.1 v1.1.0 v2.0.0"),
            ("cdr/download", "v0.0.1 v1.1.0 v2.0.0"),
            ("extensionlist/query", "v0.0.1 v1.0.2 v1.1.0"),
            ("extension/list", "v2.0.0"),
            ("extension/query", "v0.0.1 v1.0.2 v1.1.0 v2.0.0"),
            ("extension/add", "v0.0.1 v1.1.0 v2.0.0"),
            ("extension/update", "v0.0.1 v1.0.2 v1.1.0 v2.0.0"),
            ("extension/delete", "v0.0.1 v1.1.0 v2.0.0"),
            ("deviceinfo/query", "v0.0.1 v1.0.2 v1.1.0 v2.0.0"),
            ("apply", "v1.0.2"),
        ])
    func offers(endpoint: String, versions: String) throws {
        let endpoint = try #require(SSeriesEndpoint(rawValue: endpoint))
        let offering = try ["v0.0.1", "v1.0.2", "v1.1.0", "v2.0.0"].filter { try #require(APIVersion(segment: $0)).endpoints.contains(endpoint) }
        #expect(offering.joined(separator: " ") == versions)
    }

    @Test(
        "Fields by version (S§3.6)",
        arguments: [
            ("v0.0.1", "extid", false), ("v1.0.0", "extid", true), ("v1.0.1", "extid", true), ("v1.10", "extid", true), ("v1.1.0", "extid", true),
            ("v2.0.0", "number", true),
        ])
    func fields(segment: String, key: String, status: Bool) throws {
        let version = try #require(APIVersion(segment: segment))
        #expect(version.extensionKey == key)
        #expect(version.showsVoicemailStatus == status)
    }

    @Test("The vendor's pages print v1.1.0 as v1.10, and clients use that (S§2.1)")
    func otherSpelling() throws {
        #expect(APIVersion(segment: "v1.10")?.name == "v1.1.0")
    }

    @Test(
        "Other words are no version",
        arguments: [
            "", "v", "v1", "v1.0", "v1.0.", "v1.0.x", "v1.0.0a", "v1.0.-1", "v1.0.٣", "v1.1.1", "v1.10.0", "v1.11", "v1.1", "v0.0.2", "v2.0.1", "V1.1.0",
            "1.1.0", "v1.1.0 ",
        ])
    func unknown(segment: String) {
        #expect(APIVersion(segment: segment) == nil)
    }

    @Test("Every endpoint is offered by some version")
    func noneLeftOver() {
        #expect(APIVersion.all.reduce(into: Set<SSeriesEndpoint>()) { $0.formUnion($1.endpoints) } == Set(SSeriesEndpoint.allCases))
    }
}
