#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How many files and connections the process may have open.
public enum OpenFiles {
    /// Systems hand programs a low limit that they may raise themselves up to a second one; without that a thousand clients
    /// leave no descriptor for a message.
    /// - Returns: the limit now in force; nil when the system does not tell.
    @discardableResult
    public static func raiseLimit() -> Int? {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return nil }
        var wanted = limit
        wanted.rlim_cur = limit.rlim_max
        if setrlimit(resource, &wanted) == 0 { limit = wanted }
        return Int(clamping: limit.rlim_cur)
    }

    /// The limit in force; nil when the system does not tell.
    static var limit: Int? {
        var limit = rlimit()
        return getrlimit(resource, &limit) == 0 ? Int(clamping: limit.rlim_cur) : nil
    }

    #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
    private static let resource = RLIMIT_NOFILE
    #endif
}
