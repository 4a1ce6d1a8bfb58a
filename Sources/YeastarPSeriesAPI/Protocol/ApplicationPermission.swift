import Voicemail

/// What a program may do with its tokens (P§3: permissions and IP restriction of an API application).
public enum ApplicationPermission: String, Sendable, CaseIterable {
    /// Extensions and their settings.
    case extensions
    /// Messages, greetings and group boxes.
    case voicemail
    /// Seeing which recordings there are.
    case recordings
    case downloadRecordings = "recordings-download"
    case callRecords = "cdr"
    case system
    /// Events, by web socket and by web hook.
    case events
}

extension Credential {
    /// What is kept with an application of what it may do, and where.
    static func restrictions(_ permissions: Set<ApplicationPermission>?, _ addresses: [NetworkRange]) -> JSONObject {
        var details: JSONObject = [:]
        if let permissions { details["permissions"] = JSON(permissions.map(\.rawValue).sorted()) }
        if !addresses.isEmpty { details["allowed_addresses"] = JSON(addresses.map(\.description)) }
        return details
    }

    /// What the application may do; all of it unless it was given less.
    public var permissions: Set<ApplicationPermission> {
        guard let words = details["permissions"]?.array else { return Set(ApplicationPermission.allCases) }
        return Set(words.compactMap(\.string).compactMap(ApplicationPermission.init))
    }

    /// Where the application may call from; empty for anywhere.
    public var allowedAddresses: [NetworkRange] {
        (details["allowed_addresses"]?.array ?? []).compactMap(\.string).compactMap(NetworkRange.init)
    }

    public func allows(address: String) -> Bool {
        // A restriction that cannot be read any more lets nobody in.
        guard let listed = details["allowed_addresses"]?.array, !listed.isEmpty else { return true }
        return allowedAddresses.contains { $0.contains(address) }
    }
}
