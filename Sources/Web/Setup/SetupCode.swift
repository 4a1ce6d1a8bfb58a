import Synchronization
import Voicemail

/// What opens the set-up page, once: a code that the server prints where only who runs it sees it, so that no stranger takes a server that
/// nobody has set up yet.
public final class SetupCode: Sendable {
    /// Letters that are not taken for others; 32 of them.
    private static let letters = Array("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")
    private static let groups = 4, groupLength = 4

    private struct State {
        var code: String?
        /// The one that somebody has used.
        var used: String?
    }

    private let state = Mutex(State())

    public init() {}

    /// Makes one, `ABCD-EFGH-JKLM-NPQR`: eighty bits.
    public func make() {
        var generator = SystemRandomNumberGenerator()
        let groups = (0..<Self.groups).map { _ in
            String((0..<Self.groupLength).map { _ in Self.letters[Int.random(in: 0..<Self.letters.count, using: &generator)] })
        }
        state.withLock { $0 = State(code: groups.joined(separator: "-")) }
    }

    /// nil where nothing is to be set up.
    public var text: String? { state.withLock { $0.code } }

    func opens(_ given: String) -> Bool { state.withLock { Self.equal($0.code, given) } }

    /// Whether this was the right code, and somebody else has used it before.
    func wasOpened(with given: String) -> Bool { state.withLock { Self.equal($0.used, given) } }

    private static func equal(_ code: String?, _ given: String) -> Bool { code.map { Secrets.equal($0, given.uppercased()) } ?? false }

    /// Takes it, so that of several who use it at once one does.
    func take(_ given: String) -> Bool {
        state.withLock { state in
            guard let known = state.code, Self.equal(known, given) else { return false }
            state = State(used: known)
            return true
        }
    }

    func discard() { state.withLock { $0.code = nil } }

    /// Gives it back: nothing came of it.
    func giveBack(_ given: String) { state.withLock { $0 = State(code: given.uppercased()) } }
}
