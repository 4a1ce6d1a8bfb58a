/// One version of the interface: which endpoints it has, what it calls things, which fields it shows. The handlers are the same for
/// all of them, so that a client of either product may use either prefix (S§0, S§3.6).
struct APIVersion: Sendable {
    /// As in the path; `v1.0.x` stands for every `v1.0.` number.
    let name: String
    let endpoints: Set<SSeriesEndpoint>
    /// What requests and message lists call an extension.
    let extensionKey: String
    /// What extension lists call it.
    let listedExtensionKey: String
    /// Whether messages are shown with `read` or `unread`.
    let showsVoicemailStatus: Bool
    /// Whether deletion takes several extensions and several files.
    let deletesSeveral: Bool
    /// Whether `extension/query` wants to be told which.
    let requiresExtensions: Bool
    /// Whether a login must name the port that reports go to.
    let requiresReportPort: Bool
    /// Whether a login is told how reports are pushed.
    let tellsTransport: Bool
    /// The word for a telephone's kind.
    let extensionType: String
    /// What `extension/query` shows, in order.
    let extensionFields: [ExtensionField]
    /// Values of fields that a mailbox has none for, where they are this version's own.
    let standard: [ExtensionField: String]

    /// Whether a login is given a token to refresh with (S§2.4).
    var hasRefreshTokens: Bool { endpoints.contains(.refreshToken) }

    /// The table of versions (S§1, S§3.6).
    static let all = [v0_0_1, v1_0_x, v1_1_0, v2_0_0]

    /// The version that a path segment names.
    init?(segment: String) {
        guard let version = Self.all.first(where: { $0.name == Self.name(of: segment) }), segment != "v1.0.x" else { return nil }
        self = version
    }

    private static func name(of segment: String) -> String {
        // The vendor's own login pages print v1.1.0 so, and clients use nothing else (S§2.1).
        if segment == "v1.10" { return "v1.1.0" }
        return segment.hasPrefix("v1.0.") && segment.count > 5 && segment.dropFirst(5).allSatisfy(\.isASCIIDigit) ? "v1.0.x" : segment
    }

    /// OpenVox UC. Its manual prints paths of v1.1.0 too, so the two have the same endpoints but for refreshing, which is the Cloud PBX's.
    static let v0_0_1 = APIVersion(
        name: "v0.0.1",
        endpoints: common.union([.callRecordRandom, .downloadCallRecords, .listExtensions, .addExtension, .deleteExtension]), extensionKey: "extid",
        listedExtensionKey: "extnumber", showsVoicemailStatus: false, deletesSeveral: false, requiresExtensions: false,
        requiresReportPort: true, tellsTransport: false, extensionType: "pjsip", extensionFields: ExtensionField.openVox,
        standard: ExtensionField.openVoxStandard)

    static let v1_0_x = APIVersion(
        name: "v1.0.x", endpoints: common.union([.listExtensions, .apply]), extensionKey: "extid", listedExtensionKey: "extnumber",
        showsVoicemailStatus: true, deletesSeveral: false, requiresExtensions: false, requiresReportPort: false, tellsTransport: false,
        extensionType: "SIP", extensionFields: ExtensionField.sSeries)

    static let v1_1_0 = APIVersion(
        name: "v1.1.0", endpoints: v0_0_1.endpoints.union([.refreshToken]), extensionKey: "extid", listedExtensionKey: "extnumber",
        showsVoicemailStatus: true, deletesSeveral: false, requiresExtensions: false, requiresReportPort: false, tellsTransport: false,
        extensionType: "SIP", extensionFields: ExtensionField.sSeries)

    static let v2_0_0 = APIVersion(
        name: "v2.0.0",
        endpoints: common.union([
            .callRecordRandom, .downloadCallRecords, .listExtensionsV2, .addExtension, .deleteExtension, .refreshToken,
        ]), extensionKey: "number",
        listedExtensionKey: "number", showsVoicemailStatus: true, deletesSeveral: true, requiresExtensions: true, requiresReportPort: false,
        tellsTransport: true, extensionType: "SIP", extensionFields: ExtensionField.sSeriesV2)

    private static let common: Set<SSeriesEndpoint> = [
        .login, .heartbeat, .logout, .queryVoicemail, .voicemailRandom, .downloadVoicemail, .deleteVoicemail, .recordingRandom,
        .downloadRecording, .queryExtensions, .updateExtension, .deviceInfo,
    ]

    private init(
        name: String, endpoints: Set<SSeriesEndpoint>, extensionKey: String, listedExtensionKey: String, showsVoicemailStatus: Bool,
        deletesSeveral: Bool, requiresExtensions: Bool, requiresReportPort: Bool, tellsTransport: Bool, extensionType: String,
        extensionFields: [ExtensionField], standard: [ExtensionField: String] = [:]
    ) {
        self.name = name
        self.endpoints = endpoints
        self.extensionKey = extensionKey
        self.listedExtensionKey = listedExtensionKey
        self.showsVoicemailStatus = showsVoicemailStatus
        self.deletesSeveral = deletesSeveral
        self.requiresExtensions = requiresExtensions
        self.requiresReportPort = requiresReportPort
        self.tellsTransport = tellsTransport
        self.extensionType = extensionType
        self.extensionFields = extensionFields
        self.standard = standard
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
