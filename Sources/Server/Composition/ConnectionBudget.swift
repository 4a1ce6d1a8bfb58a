import HTTPFront
import Logging
import PostgresStore
import SIP
import SQLiteStore

/// How many connections there may be with the files that the system lets the process have open.
struct ConnectionBudget {
    /// A connection, and the piece of audio that is sent or received over it.
    static let filesOfAConnection = 2
    /// The database's connections and log, listeners, event loops, deliveries, programs, watched directories.
    static let reserve = 192

    /// Connections of one listener.
    let connections: Int
    /// Whether that is less than was asked for.
    let isCut: Bool

    /// - Parameters:
    ///   - files: the limit of open files; nil when the system does not tell.
    ///   - kept: files that something else keeps open.
    init(_ wanted: Int, listeners: Int, files: Int?, kept: Int) {
        guard let files else {
            (connections, isCut) = (wanted, false)
            return
        }
        let room = max(0, files - Self.reserve - kept) / (Self.filesOfAConnection * max(1, listeners))
        connections = min(wanted, max(1, room))
        isCut = connections < wanted
    }
}

extension Configuration.Telephone {
    /// Files that calls need at once: two sockets and the recording of each, and connections.
    var openFiles: Int { listen == nil ? 0 : 3 * limits.calls + limits.connections }
}

extension Configuration {
    /// The limits of the front, fitted to what the system grants; what had to be cut is told.
    func frontLimits(listeners: Int, files: Int?, _ logger: Logger) -> FrontLimits {
        var limits = http.limits
        let budget = ConnectionBudget(
            limits.connections, listeners: listeners, files: files,
            kept: archive.preparedFiles + (postgres?.pool ?? store.readers) + outbox.receiversAtOnce + telephone.openFiles)
        limits.connections = budget.connections
        if budget.isCut, let files {
            logger.warning(
                "fewer connections than http.limits.connections, for want of open files",
                metadata: ["connections": "\(budget.connections)", "wanted": "\(http.limits.connections)", "files": "\(files)"])
        }
        return limits
    }
}
