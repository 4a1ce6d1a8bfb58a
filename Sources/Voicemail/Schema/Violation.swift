/// A rule that a value breaks. Each dialect words it in its own way.
public struct Violation: Sendable, Hashable {
    public enum Rule: Sendable, Hashable {
        case required
        /// The types that are accepted.
        case type([String])
        case minLength(Int)
        case maxLength(Int)
        case enumeration([String])
        case minimum(Int)
        case maximum(Int)
        case minItems(Int)
        case maxItems(Int)
        /// The name of the format, e.g. `email`.
        case format(String)
        /// The value belongs to another already.
        case unique
        /// Any other rule, by its code and text.
        case other(code: String, message: String, target: JSON? = nil, cause: JSON? = nil)
    }

    /// The keys that lead to the value, the outermost first; positions in lists are numbers.
    public let path: [String]
    public let rule: Rule
    /// The value that breaks the rule; nil where there is none.
    public let value: JSON?

    public init(_ path: [String], _ rule: Rule, value: JSON? = nil) {
        self.path = path
        self.rule = rule
        self.value = value
    }
}
