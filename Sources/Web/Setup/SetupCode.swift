import Synchronization
import Voicemail

/// What opens the set-up page, once: a code that the server prints where only who runs it sees it, so that no stranger takes a server that
/// nobody has set up yet.
public final class SetupCode: Sendable {
    /// Letters that are not taken for others; 32 of them.
    private static let letters = Array("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")
    private static let groups = 4, groupLength = 4

    private let code = Mutex<String?>(nil)

    public init() {}

    /// Makes one, `ABCD-EFGH-JKLM-NPQR`: eighty bits.
    public func make() {
        var generator = SystemRandomNumberGenerator()
        let groups = (0..<Self.groups).map { _ in
            String((0..<Self.groupLength).map { _ in Self.letters[Int.random(in: 0..<Self.letters.count, using: &generator)] })
        }
        code.withLock { $0 = groups.joined(separator: "-") }
    }

    /// nil where nothing is to be set up.
    public var text: String? { code.withLock { $0 } }

    func opens(_ given: String) -> Bool { code.withLock { code in code.map { Secrets.equal($0, given.uppercased()) } ?? false } }

    /// Takes it, so that of several who use it at once one does.
    func take(_ given: String) -> Bool {
        code.withLock { code in
            guard let known = code, Secrets.equal(known, given.uppercased()) else { return false }
            code = nil
            return true
        }
    }

    func discard() { code.withLock { $0 = nil } }

    /// Gives it back: nothing came of it.
    func giveBack(_ given: String) { code.withLock { $0 = given.uppercased() } }
}
