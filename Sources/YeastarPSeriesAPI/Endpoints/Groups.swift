import Voicemail

/// Group voicemail boxes (contract §7.8).
extension PSeriesDialect {
    private enum GroupKey: String, CaseIterable {
        case id, number, name, type, mode
    }

    func listGroups(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let paging = try Paging(call.parameters)
        let sorting = try Sorting(call.parameters, standard: GroupKey.id)
        let groups = sorting.sort(try await service.groups(of: call.account)) { group, key in
            switch key {
            case .id: .number(group.serial)
            case .number: .numeral(group.number)
            case .name: .text(group.name)
            case .type: .text(group.group?.kind.rawValue ?? "")
            case .mode: .text(group.group?.mode.rawValue ?? "")
            }
        }
        let page = try await service.groupSummaries(Array(paging.slice(groups)))
        return .fields(["total_number": .int(groups.count), "vm_group_list": .array(page.map(Self.item))])
    }

    private static func item(_ summary: VoicemailService.GroupSummary) -> JSON {
        let mailbox = summary.mailbox
        // What a broadcasting group still has to hand on is no message of its own.
        let tally = mailbox.holdsMessages ? summary.tally : Tally()
        return [
            "id": .int(mailbox.serial), "type": .string(mailbox.group?.kind.rawValue ?? ""), "number": .string(mailbox.number),
            "name": .string(mailbox.name), "mode": .string(mailbox.group?.mode.rawValue ?? ""),
            "member_list": .array(summary.members.map { member in
                ["value": .string(String(member.serial)), "type": "extension", "text": .string(member.name), "text2": .string(member.number)]
            }),
            "messages": ["total": .int(tally.total), "unread": .int(tally.new)],
        ]
    }
}
