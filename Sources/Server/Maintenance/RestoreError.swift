/// Why nothing was restored.
public enum RestoreError: Error, Sendable, Hashable, CustomStringConvertible {
    case refused(String)

    public var description: String {
        switch self {
        case .refused(let why): why
        }
    }
}
