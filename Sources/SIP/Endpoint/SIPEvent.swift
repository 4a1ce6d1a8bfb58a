/// Something to be told to whoever runs the server.
public enum SIPEvent: Sendable, Hashable {
    /// Somebody showed a wrong password; `isLocked` when nothing from there is answered for a while now.
    case wrongPassword(name: String, source: PeerAddress, isLocked: Bool)
    /// So many wrong passwords were shown for a name that it is let in from new hosts no more for a while.
    case nameLocked(String)
    /// An answer could not be sent.
    case unsent(status: Int, to: PeerAddress, code: Int32)
}
