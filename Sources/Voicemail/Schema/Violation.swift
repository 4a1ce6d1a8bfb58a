/// One rule that a value breaks. Each dialect has its own words for it.
public struct Violation: Sendable, Hashable {
    public enum Rule: Sendable, Hashable {
        case required
        /// The types that would do.
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
        /// Another has it already.
        case unique
        /// Any other, by a code and a text of its own.
        case other(code: String, message: String, target: JSON? = nil, cause: JSON? = nil)
    }

    /// Keys from the outermost inwards; array positions as numbers.
    public let path: [String]
    public let rule: Rule
    /// The offending value; nil where there is none.
    public let value: JSON?

    public init(_ path: [String], _ rule: Rule, value: JSON? = nil) {
        self.path = path
        self.rule = rule
        self.value = value
    }
}
