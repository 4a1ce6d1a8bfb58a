import Foundation

/// The credentials of requests. Their secrets are never shown.
public struct S3Credentials: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    public let accessKey: String
    let secretKey: String
    let sessionToken: String?

    /// - Returns: nil for what would end a line of a header.
    public init?(accessKey: String, secretKey: String, sessionToken: String? = nil) {
        func isKey(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy { (33...126).contains($0) } }
        guard isKey(accessKey), isKey(secretKey), sessionToken.map({ $0.isEmpty || isKey($0) }) ?? true else { return nil }
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken.flatMap { $0.isEmpty ? nil : $0 }
    }

    public var description: String { "credentials of \(accessKey)" }
    public var customMirror: Mirror { Mirror(self, children: ["accessKey": accessKey]) }
}

/// Where credentials come from.
public enum CredentialSource: Sendable, Hashable {
    case given(S3Credentials)
    /// A file as AWS's own tools keep it, read again when it changes.
    case file(String)
    /// The environment has none, and no file is named.
    case none
}

extension S3Credentials {
    /// From `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
    public init?(environment: [String: String]) {
        guard let accessKey = environment["AWS_ACCESS_KEY_ID"], let secretKey = environment["AWS_SECRET_ACCESS_KEY"] else { return nil }
        self.init(accessKey: accessKey, secretKey: secretKey, sessionToken: environment["AWS_SESSION_TOKEN"])
    }

    /// From the text of a file: `aws_access_key_id = …` and so on, those of `[default]` where there are several, else the first.
    init?(file text: String) {
        var profiles: [(name: String, values: [String: String])] = [("", [:])]
        for line in text.split(whereSeparator: \.isNewline).map({ $0.trimmingCharacters(in: .whitespaces) }) {
            if line.hasPrefix("["), line.hasSuffix("]") {
                profiles.append((line.dropFirst().dropLast().trimmingCharacters(in: .whitespaces), [:]))
            } else if !line.hasPrefix("#"), !line.hasPrefix(";"), let equals = line.firstIndex(of: "=") {
                let name = line[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
                profiles[profiles.count - 1].values[name] = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            }
        }
        let complete = profiles.filter { $0.values["aws_access_key_id"] != nil && $0.values["aws_secret_access_key"] != nil }
        guard let values = (complete.first { $0.name == "default" } ?? complete.first)?.values,
            let accessKey = values["aws_access_key_id"], let secretKey = values["aws_secret_access_key"]
        else { return nil }
        self.init(accessKey: accessKey, secretKey: secretKey, sessionToken: values["aws_session_token"])
    }
}
