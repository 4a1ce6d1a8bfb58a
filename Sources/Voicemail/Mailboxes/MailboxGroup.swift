/// What makes a mailbox a group's (P§7, P§7.8).
public struct MailboxGroup: Sendable, Hashable {
    public enum Mode: String, Sendable, CaseIterable {
        /// One box for all members.
        case share
        /// Each member gets a copy of every message; the box keeps none.
        case broadcast
    }

    /// What the telephone system calls the group.
    public enum Kind: String, Sendable, CaseIterable {
        case ringGroup = "ring_group"
        case queue, custom
    }

    public var mode: Mode
    public var kind: Kind
    /// Mailbox ids, in the order they were given.
    public var members: [String]

    public init(mode: Mode, kind: Kind = .custom, members: [String]) {
        self.mode = mode
        self.kind = kind
        self.members = members
    }

    init?(_ json: JSON?) {
        guard let mode = json?["mode"]?.string.flatMap(Mode.init) else { return nil }
        self.mode = mode
        kind = json?["kind"]?.string.flatMap(Kind.init) ?? .custom
        members = json?["members"]?.array?.compactMap(\.string) ?? []
    }

    var json: JSON {
        ["mode": .string(mode.rawValue), "kind": .string(kind.rawValue), "members": JSON(members)]
    }
}

extension Mailbox {
    /// Whether messages stay in it: those of a broadcasting group lie with its members (P§7).
    public var holdsMessages: Bool { group?.mode != .broadcast }
}
