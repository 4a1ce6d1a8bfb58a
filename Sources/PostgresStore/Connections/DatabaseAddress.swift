import CPostgres

/// A database's address as libpq reads it.
struct DatabaseAddress {
    /// The parts of the address, by libpq's names.
    let settings: [String: String]

    /// nil for one that libpq cannot read. What it would say of that quotes it, with the password.
    init?(_ text: String) {
        guard let parsed = PQconninfoParse(text, nil) else { return nil }
        defer { PQconninfoFree(parsed) }
        var settings: [String: String] = [:]
        var option = parsed
        while let name = option.pointee.keyword {
            if let value = option.pointee.val { settings[String(cString: name)] = String(cString: value) }
            option += 1
        }
        self.settings = settings
    }

    var namesSeveralHosts: Bool {
        ["host", "hostaddr"].contains { settings[$0]?.contains(",") == true }
    }

    /// The first name of a URL's settings that libpq does not know. What may be part of a password is not told.
    static func unknownSetting(in url: String) -> String? {
        guard let defaults = PQconndefaults() else { return nil }
        defer { PQconninfoFree(defaults) }
        var known: Set<String> = ["ssl"]
        var option = defaults
        while let name = option.pointee.keyword {
            known.insert(String(cString: name))
            option += 1
        }
        let host = url.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        guard let query = host.split(separator: "?", maxSplits: 1).dropFirst().first else { return nil }
        return query.split(separator: "&").compactMap { $0.wholeMatch(of: /([a-z_]+)=.*/)?.1 }.map(String.init).first { !known.contains($0) }
    }
}
