/// Which dialects a listener has, by their names. What the front answers itself is at every listener.
public enum DialectChoice: Hashable, Sendable {
    case all
    case only(Set<String>)
    case allBut(Set<String>)

    public func has(_ name: String) -> Bool {
        switch self {
        case .all: true
        case .only(let names): names.contains(name)
        case .allBut(let names): !names.contains(name)
        }
    }
}

/// The dialects of one listener, in the order in which they are asked whether a path is theirs.
struct OfferedDialects: Sendable {
    private let dialects: [any Dialect]

    init(_ dialects: [any Dialect], _ choice: DialectChoice) { self.dialects = dialects.filter { choice.has($0.name) } }

    /// The dialect that claims a path; nil where none does.
    func owner(of path: String) -> (any Dialect)? { dialects.first { $0.claims(path) } }
}
