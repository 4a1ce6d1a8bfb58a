import Configuration
import Foundation
import SystemPackage
import Voicemail

/// Reads settings by key: from the environment (`http.tls.key` is `AFTERTONE_HTTP_TLS_KEY`), else from the file, else what
/// is standard. Asking for a key is what makes it known; everything that is wrong is collected, not just the first.
final class SettingsReader {
    static let environmentPrefix = "AFTERTONE"

    private let file: ConfigurationFile
    private let environment: [String: String]
    /// Where the file is.
    private let directory: FilePath
    private let layers: ConfigReader
    private(set) var known: Set<String> = []
    private var found: [ConfigurationProblem]
    /// What was asked for, as it holds.
    private(set) var shown: [String: ShownSetting] = [:]
    /// Files that settings name, by their keys.
    var files: [String: String] = [:]

    /// - Parameter path: the file's; nil where there is none.
    init(file: ConfigurationFile, at path: String? = nil, environment: [String: String]) {
        self.file = file
        self.environment = environment
        directory = path.map { FilePath.settled($0).parent } ?? .workingDirectory
        found = file.problems
        let values = file.entries.compactMap { key, entry -> (AbsoluteConfigKey, ConfigValue)? in
            let content: ConfigContent
            switch entry.value {
            case .none: return nil
            case .text(let text): content = .string(text)
            case .list(let texts): content = .stringArray(texts)
            }
            return (Self.absolute(key), ConfigValue(content, isSecret: false))
        }
        layers = ConfigReader(providers: [
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: ConfigKey(Self.environmentPrefix)),
            InMemoryProvider(name: "file", values: Dictionary(values) { first, _ in first }),
        ])
    }

    // MARK: Values

    /// - Parameter parse: nil for a value that will not do.
    func value<Value>(_ key: String, _ standard: Value, expecting: String, _ parse: (String) -> Value?) -> Value {
        known.insert(key)
        if case .list = file.entries[key]?.value { return refuse(key, "a list", expecting, standard) }
        guard let text = layers.string(forKey: Self.relative(key)) else {
            shown[key] = ShownSetting(key, text: ShownSetting.text(of: standard), .standard)
            return standard
        }
        guard let value = parse(text) else { return refuse(key, "\"\(text)\"", expecting, standard) }
        // A path is shown as it was settled, everything else as it was written.
        shown[key] = ShownSetting(key, text: value is String || value is String? ? ShownSetting.text(of: value) : text, origin(of: key))
        return value
    }

    func text(_ key: String, _ standard: String) -> String {
        value(key, standard, expecting: "a text") { $0.isEmpty ? nil : $0 }
    }

    func optionalText(_ key: String) -> String? {
        value(key, nil, expecting: "a text") { .some($0.isEmpty ? nil : $0) }
    }

    /// The path of a file or a directory, settled.
    func path(_ key: String, _ standard: String) -> String { value(key, standard, expecting: "a path") { $0.isEmpty ? nil : settled($0, of: key) } }

    func optionalPath(_ key: String) -> String? {
        value(key, nil, expecting: "a path") { .some($0.isEmpty ? nil : settled($0, of: key)) }
    }

    /// A path that a value holds: a relative one is below the directory of the file it stands in, or where the process runs if it comes
    /// from the environment.
    func settled(_ path: String, of key: String) -> String {
        FilePath.settled(path, below: environment[Self.variable(of: key)] == nil ? directory : .workingDirectory).string
    }

    func flag(_ key: String, _ standard: Bool) -> Bool {
        value(key, standard, expecting: "true or false") {
            ["true": true, "yes": true, "on": true, "false": false, "no": false, "off": false][$0.lowercased()]
        }
    }

    func word<Value: RawRepresentable<String> & CaseIterable>(_ key: String, _ standard: Value) -> Value {
        value(key, standard, expecting: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", ")) { Value(rawValue: $0) }
    }

    /// A whole number, digits grouped by `_` if that reads better.
    func number(_ key: String, _ standard: Int, _ range: ClosedRange<Int>) -> Int {
        value(key, standard, expecting: Self.words(range)) { Self.parse($0, range) }
    }

    /// A whole number, or nothing.
    func optionalNumber(_ key: String, _ range: ClosedRange<Int>) -> Int? {
        value(key, nil, expecting: Self.words(range) + ", or nothing") { $0.isEmpty ? .some(nil) : Self.parse($0, range).map { .some($0) } }
    }

    func seconds(_ key: String, _ standard: Duration, _ range: ClosedRange<Int>) -> Duration {
        .seconds(number(key, Int(standard.components.seconds), range))
    }

    func list<Element>(_ key: String, _ standard: [Element], expecting: String, _ parse: (String) -> Element?) -> [Element] {
        known.insert(key)
        if case .text(let text) = file.entries[key]?.value { return refuse(key, "\"\(text)\"", "a list of " + expecting, standard) }
        // A variable without a value is a list without entries; one that is not set says nothing.
        if let text = environment[Self.variable(of: key)], text.allSatisfy(\.isWhitespace) {
            shown[key] = ShownSetting(key, list: [], origin(of: key))
            return []
        }
        guard let texts = layers.stringArray(forKey: Self.relative(key)) else {
            shown[key] = ShownSetting(key, list: standard.map { ShownSetting.text(of: $0) }, .standard)
            return standard
        }
        shown[key] = ShownSetting(key, list: texts, origin(of: key))
        return texts.map { $0.trimmingCharacters(in: .whitespaces) }.compactMap { text in
            parse(text) ?? refuse(key, "\"\(text)\"", expecting, nil)
        }
    }

    /// Where a setting that is not the standard comes from.
    private func origin(of key: String) -> ShownSetting.Origin {
        let variable = Self.variable(of: key)
        return environment[variable] == nil ? .file(line: file.entries[key]?.line) : .environment(variable)
    }

    /// Notes something that is wrong with a value that looked right by itself.
    /// - Parameter given: other settings that it follows from.
    func refuse(_ key: String, because reason: String, given: Set<String> = []) {
        found.append(ConfigurationProblem("\(key) \(reason)", line: file.entries[key]?.line, key: key, given: given))
    }

    // MARK: The end

    /// Everything that is wrong by itself. What only follows from a value that is not taken, or from a key that is misspelt, is left out.
    var problems: [ConfigurationProblem] {
        let refused = refused
        return found.filter { $0.given.isEmpty || isKnown && $0.given.isDisjoint(with: refused) }
    }

    /// Keys whose values are not taken, those among them that are misspelt in the file.
    var refused: Set<String> {
        Set(found.filter(\.given.isEmpty).compactMap(\.key) + unknown.compactMap { Spelling.nearest(to: $0, among: known) })
    }

    /// Whether it is known what the file sets.
    var isKnown: Bool { file.problems.allSatisfy { $0.key != nil } }

    /// Whether a setting that was asked for is not left to its standard.
    func isSet(_ key: String) -> Bool { (shown[key].map { $0.origin != .standard && $0.value != .string("") }) ?? false }

    /// What variables of the environment that are other programs' too say.
    func variables<Value>(_ read: ([String: String]) -> Value) -> Value { read(environment) }

    /// Whether a setting that was asked for is not taken.
    func isRefused(_ key: String) -> Bool { found.contains { $0.key == key && $0.given.isEmpty } }

    private var unknown: [String] { file.entries.keys.filter { !known.contains($0) } }

    /// Keys of the file that nobody asked for, each with the known one it is nearest to.
    func refuseUnknown() {
        let unknown = file.entries.filter { !known.contains($0.key) }.sorted { ($0.value.line ?? 0, $0.key) < ($1.value.line ?? 0, $1.key) }
        for (key, entry) in unknown {
            // A group with nothing in it.
            if entry.value == .none, known.contains(where: { $0.hasPrefix(key + ".") }) { continue }
            let hint = Spelling.nearest(to: key, among: known).map { "; did you mean \($0)?" } ?? ""
            found.append(ConfigurationProblem("unknown key \(key)\(hint)", line: entry.line))
        }
    }

    private func refuse<Value>(_ key: String, _ found: String, _ expecting: String, _ standard: Value) -> Value {
        // Of a value that is none, the file has said so already.
        if !file.problems.contains(where: { $0.key == key }) { refuse(key, because: "is \(found) and must be \(expecting)") }
        return standard
    }

    private static func parse(_ text: String, _ range: ClosedRange<Int>) -> Int? {
        Int(text.replacingOccurrences(of: "_", with: "")).flatMap { range.contains($0) ? $0 : nil }
    }

    private static func words(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max ? "a whole number from \(range.lowerBound)" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    }

    /// The variable of the environment that a setting can come from.
    static func variable(of key: String) -> String { environmentPrefix + "_" + key.uppercased().replacingOccurrences(of: ".", with: "_") }

    private static func relative(_ key: String) -> ConfigKey { ConfigKey(key.split(separator: ".").map(String.init)) }
    private static func absolute(_ key: String) -> AbsoluteConfigKey { AbsoluteConfigKey(key.split(separator: ".").map(String.init)) }
}
