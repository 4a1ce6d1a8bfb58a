import Voicemail

/// Group voicemail boxes (P§7.8).
extension PSeriesDialect {
    private enum GroupKey: String, CaseIterable {
        case id, number, name, type, mode
    }

    func listGroups(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let paging = try Paging(call.parameters)
        let sorting = try Sorting(call.parameters, standard: GroupKey.id)
        let choice = MailboxChoice.groups(ascending: sorting.ascending) { group -> SortValue in
            switch sorting.key {
            case .id: .number(group.serial)
            case .number: .numeral(group.number)
            case .name: .text(group.name)
            case .type: .text(group.group?.kind.rawValue ?? "")
            case .mode: .text(group.group?.mode.rawValue ?? "")
            }
        }
        let groups = try await service.groups.list(choice, of: call.account, paging.window(together: Self.groupsTogether), item: Self.item)
        return .list("vm_group_list", behind: ["total_number": .int(groups.total)]) { writer in
            try await groups.forEach { try await writer.write($0) }
        }
    }

    /// Groups that are read in one go: each may have a thousand members.
    private static let groupsTogether = 5

    @Sendable private static func item(_ summary: GroupSummary) -> JSON {
        let mailbox = summary.mailbox
        // What a broadcasting group still has to hand on is no message of its own.
        let tally = mailbox.holdsMessages ? summary.tally : Tally()
        return [
            "id": .int(mailbox.serial), "type": .string(mailbox.group?.kind.rawValue ?? ""), "number": .string(mailbox.number),
            "name": .string(mailbox.name), "mode": .string(mailbox.group?.mode.rawValue ?? ""),
            "member_list": .array(
                summary.members.map { member in
                    ["value": .string(String(member.serial)), "type": "extension", "text": .string(member.name), "text2": .string(member.number)]
                }),
            "messages": ["total": .int(tally.total), "unread": .int(tally.new)],
        ]
    }
}
