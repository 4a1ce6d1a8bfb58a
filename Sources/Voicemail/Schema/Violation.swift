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
        /// The text has another form than this regular expression says.
        case pattern(String)
        /// Nothing of this name may be there.
        case unknownName
        /// The value belongs to another already.
        case unique
        /// It must be given again along with another user name.
        case neededWithUserName
        /// The host of an address must be neither of a private network nor this machine itself.
        case privateHost, ownHost
        /// Any other rule, by its code and text.
        case other(code: String, message: String, target: JSON? = nil, cause: JSON? = nil)
    }

    /// The setting that it is about, for interfaces that have words of their own; nil where it is about none.
    public let setting: Setting?
    /// The keys that lead to the value, the outermost first; positions in lists are numbers. To be shown: what they mean says `setting`.
    public let path: [String]
    public let rule: Rule
    /// The value that breaks the rule; nil where there is none.
    public let value: JSON?

    public init(_ path: [String], _ rule: Rule, value: JSON? = nil) {
        self.init(path, rule, value: value, about: nil)
    }

    /// Of the whole value of a setting.
    public init(_ setting: Setting, _ rule: Rule, value: JSON? = nil) {
        self.init([setting.rawValue], rule, value: value, about: setting)
    }

    private init(_ path: [String], _ rule: Rule, value: JSON?, about setting: Setting?) {
        self.setting = setting
        self.path = path
        self.rule = rule
        self.value = value
    }

    /// The same with another word for the outermost key.
    func called(_ word: String) -> Violation { Violation([word] + path.dropFirst(), rule, value: value, about: setting) }

    /// The same of a part of a setting.
    func about(_ setting: Setting?) -> Violation { Violation(path, rule, value: value, about: setting) }
}
