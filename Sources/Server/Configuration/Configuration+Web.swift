import HTTPFront
import Web

extension WebSettings {
    init(_ reader: SettingsReader) {
        self.init()
        isOn = reader.flag("web.enabled", isOn)
        path = reader.value("web.path", path, expecting: "a path such as /voicemail that no interface has", Self.path)
        idleSeconds = reader.number("web.idle_seconds", idleSeconds, 60...604_800)
        isBehindTLS = reader.flag("web.behind_tls", isBehindTLS)
        takesPINs = reader.flag("web.pin_logins", takesPINs)
    }
}

extension Configuration.HTTP {
    /// - Parameter web: what is said of the page besides.
    mutating func readPage(_ reader: SettingsReader, _ web: WebSettings) {
        page = reader.list("web.listen", page, expecting: "http://HOST:PORT or https://HOST:PORT") { ListenAddress($0) }
        let isSet: Set = ["web.listen", "http.listen"]
        if !page.isEmpty, !web.isOn { reader.refuse("web.listen", because: "needs web.enabled", given: ["web.enabled", "web.listen"]) }
        if let both = addressOfBoth { reader.refuse("web.listen", because: "has \(both), where http.listen has the interfaces", given: isSet) }
        let files = ["http.tls.certificate", "http.tls.key"]
        // Of one file alone it is said already that the other is missing.
        if files.allSatisfy({ reader.files[$0] == nil }), page.contains(where: \.isSecure) {
            reader.refuse("web.listen", because: "has an https address, which needs http.tls", given: Set(files))
        }
    }

    /// An address of the page that is one of the interfaces' too.
    public var addressOfBoth: ListenAddress? {
        page.first { one in one.port != 0 && listen.contains { $0.host == one.host && $0.port == one.port } }
    }
}

extension DialectChoice {
    /// The page's name in logs and metrics, and that of mailed links.
    private static let page = "web", links = "links"

    /// What a listener of the page's own has: whatever is for people.
    static let forPeople = DialectChoice.only([page, links])
    /// What is left for the others then. Mailed links lead there as well: `http.public_url` may name either.
    static let forPrograms = DialectChoice.allBut([page])

    /// Whether the page is there.
    public var hasPage: Bool { has(Self.page) }
}
