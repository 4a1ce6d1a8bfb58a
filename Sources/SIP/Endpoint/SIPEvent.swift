/// Something to be told to whoever runs the server.
public enum SIPEvent: Sendable, Hashable {
    /// Somebody showed a wrong password; `isLocked` when nothing from there is answered for a while now.
    case wrongPassword(name: String, source: PeerAddress, isLocked: Bool)
    /// An answer could not be sent.
    case unsent(status: Int, to: PeerAddress, code: Int32)
}
