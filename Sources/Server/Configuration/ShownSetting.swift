import Voicemail

/// A setting as it holds, and who says so.
public struct ShownSetting: Sendable, Hashable {
    public enum Origin: Sendable, Hashable {
        case standard
        case file(line: Int?)
        /// The variable.
        case environment(String)
        /// The option.
        case commandLine(String)
    }

    public let key: String
    /// A text, or a list of texts. What is secret in it is not there.
    public let value: JSON
    public let origin: Origin

    public init(_ key: String, text: String, _ origin: Origin) {
        self.key = key
        value = .string(Self.masked(text, of: key))
        self.origin = origin
    }

    public init(_ key: String, list: [String], _ origin: Origin) {
        self.key = key
        value = .array(list.map { .string(Self.masked($0, of: key)) })
        self.origin = origin
    }

    static let mask = "(hidden)"

    /// Secrets stand in files, which settings name; a setting that is one itself, and what a URL has before its host, is masked all the same.
    private static func masked(_ text: String, of key: String) -> String {
        if ["password", "secret", "token", "pin"].contains(key.split(separator: ".").last.map(String.init)), !text.isEmpty { return mask }
        return text.replacing(/:\/\/[^\/@\s]+@/, with: "://\(mask)@")
    }

    /// A standard value as text.
    static func text(of value: Any) -> String {
        let mirror = Mirror(reflecting: value)
        if mirror.displayStyle == .optional { return mirror.children.first.map { text(of: $0.value) } ?? "" }
        if let word = value as? any RawRepresentable, let text = word.rawValue as? String { return text }
        return "\(value)"
    }
}

extension Configuration {
    /// Every setting as it holds, in order of key. Blocks.
    /// - Throws: `ConfigurationError` with everything that is wrong.
    public static func settings(file path: String?, environment: [String: String]) throws(ConfigurationError) -> [ShownSetting] {
        let (_, reader) = parse(file(at: path), named: path, environment)
        guard reader.problems.isEmpty else { throw ConfigurationError(file: path, problems: reader.problems) }
        return reader.shown.values.sorted { $0.key < $1.key }
    }
}
