import Voicemail

/// What `cdr/search` filters by; nothing for `cdr/list` (P§9.6).
struct CallRecordFilter: Sendable {
    var from: Timestamp?
    var to: Timestamp?
    var disposition: CallStatus?
    var type: CallDirection?
    var caller: String?
    var callee: String?

    /// Whether calls have to be looked at to be counted.
    var looksIntoCalls: Bool { type != nil || caller != nil || callee != nil }

    /// What a call of the disposition leaves here.
    var kinds: Set<CallRecord.Kind> {
        switch disposition {
        case nil: [.recording, .message]
        case .answered?: [.recording]
        case .voicemail?: [.message]
        case .noAnswer?, .busy?, .failed?: []
        }
    }

    func keeps(_ record: CallRecord) -> Bool {
        (type == nil || record.direction == type) && (caller == nil || record.callerNumber == caller) && (callee == nil || record.calleeNumber == callee)
    }
}

/// Call records, as far as calls left something here (P§9.6).
extension PSeriesDialect {
    private enum CallRecordKey: String, CaseIterable {
        case id, time
    }

    func callRecordFilter(_ call: PSeriesCall) throws -> CallRecordFilter {
        var filter = CallRecordFilter(from: try time("start_time", call), to: try time("end_time", call, isEnd: true))
        if let word = try call.parameters.text("status") {
            guard let disposition = CallStatus(rawValue: word.uppercased()) else { throw PSeriesFailure.invalid("status", .string(word)) }
            filter.disposition = disposition
        }
        if let word = try call.parameters.text("call_type") {
            guard let type = CallDirection.told.first(where: { $0.rawValue == word }) else { throw PSeriesFailure.invalid("call_type", .string(word)) }
            filter.type = type
        }
        filter.caller = try call.parameters.number("call_from")
        filter.callee = try call.parameters.number("call_to")
        return filter
    }

    func listCallRecords(_ call: PSeriesCall, _ filter: CallRecordFilter) async throws -> PSeriesAnswer {
        let paging = try Paging(call.parameters)
        let sorting = try Sorting(call.parameters, standard: CallRecordKey.id)
        let query = CallRecordQuery(
            from: filter.from ?? Timestamp(unix: Timestamp.plausible.lowerBound), to: filter.to ?? Timestamp(unix: Timestamp.plausible.upperBound),
            kinds: filter.kinds, ascending: sorting.ascending, caller: filter.caller, callee: filter.callee)
        let view = CallRecordView(zone: call.zone, format: settings.displayFormat)
        guard filter.looksIntoCalls else {
            let page = try await service.callRecords.list(query, of: call.account, offset: paging.offset, limit: paging.limit)
            return .fields(["total_number": .int(page.total), "data": .array(page.records.map(view.item))])
        }
        var items: [JSON] = []
        var seen = 0
        if query.from <= query.to {
            try await service.callRecords.forEach(query, of: call.account) { page in
                for record in page where filter.keeps(record) {
                    if seen >= paging.offset, items.count < paging.limit { items.append(view.item(record)) }
                    seen += 1
                }
                return true
            }
        }
        return .fields(["total_number": .int(seen), "data": .array(items)])
    }
}
