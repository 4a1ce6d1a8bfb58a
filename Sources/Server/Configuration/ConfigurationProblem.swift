import SystemPackage

/// One thing that is wrong with a configuration.
public struct ConfigurationProblem: Sendable, Hashable {
    public let text: String
    /// In the file, from 1.
    public let line: Int?
    /// The setting whose value is not taken; nil where it is none of them.
    let key: String?
    /// Settings that it follows from: where one of these is not taken itself, this is no problem of its own.
    let given: Set<String>

    init(_ text: String, line: Int? = nil, key: String? = nil, given: Set<String> = []) {
        self.text = text
        self.line = line
        self.key = key
        self.given = given
    }

    /// With its place.
    func text(in file: String?) -> String { (line.flatMap { line in file.map { "\($0):\(line): " } } ?? "") + text }
}

/// A configuration that is refused, with everything that is wrong with it.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// The file, if there is one.
    public let file: String?
    public let problems: [ConfigurationProblem]

    /// One for each problem, with its place.
    public var lines: [String] { problems.map { $0.text(in: file) } }

    public var description: String { lines.joined(separator: "; ") }
}

/// A configuration as far as it could be read, for those who look on.
public struct ReadConfiguration: Sendable {
    /// What is refused holds its standard value.
    public private(set) var configuration: Configuration
    /// What is wrong with it, each with its place, none of them told twice.
    public let problems: [String]
    /// Settings that are refused.
    private(set) var refused: Set<String>
    /// Files that settings name, by their keys, also where the setting beside them is refused.
    let files: [String: String]
    /// False for a file that cannot be read or is no YAML: nothing is known of what it would set.
    let isKnown: Bool

    init(_ configuration: Configuration, _ reader: SettingsReader, at path: String?) {
        self.configuration = configuration
        self.configuration.data = FilePath.settled(configuration.data).string
        var told: Set<String> = []
        problems = reader.problems.map { $0.text(in: path) }.filter { told.insert($0).inserted }
        refused = reader.refused
        files = reader.files
        isKnown = reader.isKnown
    }
    /// Puts another data directory in place of the one that is set.
    /// - Parameter data: a path; a relative one is below where the process runs.
    public mutating func use(data path: String) {
        configuration.data = FilePath.settled(path).string
        refused.remove("data")
    }
}
