import Yams

/// A configuration file, taken apart: every key with its values and where it stands.
struct ConfigurationFile: Sendable {
    enum Value: Sendable, Hashable {
        /// Nothing, or `null`: as if the key were not there.
        case none
        case text(String)
        case list([String])
    }

    struct Entry: Sendable {
        let value: Value
        let line: Int?
    }

    /// By key, its parts joined by dots.
    private(set) var entries: [String: Entry] = [:]
    private(set) var problems: [ConfigurationProblem] = []

    /// Nothing set.
    init() {}

    /// One that could not be read.
    init(unreadable problem: ConfigurationProblem) { problems = [problem] }

    /// - Parameter yaml: one document; a mapping, or nothing at all.
    init(yaml: String) {
        do {
            guard let root = try Yams.compose(yaml: yaml) else { return }
            if root.scalar?.string.isEmpty == true { return }
            guard let mapping = root.mapping else {
                problems.append(ConfigurationProblem("the file is not a list of `key: value`", line: root.mark?.line))
                return
            }
            take(mapping, below: "")
        } catch let error as YamlError {
            problems.append(Self.problem(error))
        } catch {
            problems.append(ConfigurationProblem("\(error)"))
        }
    }

    private mutating func take(_ mapping: Node.Mapping, below prefix: String) {
        for (keyNode, value) in mapping {
            let line = keyNode.mark?.line
            guard let name = keyNode.string, !name.isEmpty else {
                problems.append(ConfigurationProblem("a key is not a text", line: line, key: prefix))
                continue
            }
            let key = prefix + name
            if entries[key] != nil {
                problems.append(ConfigurationProblem("\(key) is there twice", line: line, key: key))
            }
            switch value {
            case .mapping(let inner): take(inner, below: key + ".")
            case .scalar(let scalar): entries[key] = Entry(value: Self.value(scalar), line: line)
            case .sequence(let items):
                let texts = items.compactMap { $0.scalar?.string }
                entries[key] = Entry(value: .list(texts), line: line)
                if texts.count != items.count {
                    problems.append(ConfigurationProblem("\(key) may hold plain values only", line: line, key: key))
                }
            default: problems.append(ConfigurationProblem("\(key) has no plain value", line: line, key: key))
            }
        }
    }

    private static func value(_ scalar: Node.Scalar) -> Value {
        let isNull = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
        return isNull ? .none : .text(scalar.string)
    }

    private static func problem(_ error: YamlError) -> ConfigurationProblem {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            ConfigurationProblem("no YAML: \(problem)", line: mark.line)
        case .duplicatedKeysInMapping(let duplicates, let context):
            ConfigurationProblem("twice the same key: \(duplicates.joined(separator: ", "))", line: context.mark.line)
        default: ConfigurationProblem("no YAML: \(error)")
        }
    }
}
