import Foundation
import HTTPFront
import Voicemail

/// `cdr/get_random` and `cdr/download` (S§5), from recordings and messages.
extension SSeriesDialect {
    func callRecordRandom(_ call: SSeriesCall) async throws -> SSeriesReply {
        let extensions = try call.requiredExtension()
        let (start, end) = try Self.times(call)
        let allowed = try allowedAddress(call)
        let random = try await issue(
            .callRecords(Self.selection(extensions), start: SSeriesTime.text(start), end: SSeriesTime.text(end)), allowed, call)
        return .success([
            call.version.extensionKey: .string(extensions), "starttime": .string(SSeriesTime.text(start)),
            "endtime": .string(SSeriesTime.text(end)), "random": .string(random),
        ])
    }

    func downloadCallRecords(_ call: SSeriesCall) async throws -> SSeriesReply {
        let extensions = Self.selection(try call.requiredExtension())
        let (start, end) = try Self.times(call)
        let random = try call.parameters.required("random")
        let (session, account) = (try call.requireEntry().session, try call.requireEntry().account)
        guard let grant = try await grant(random), grant.tokenHash == session.hash,
            grant.subject == .callRecords(extensions, start: SSeriesTime.text(start), end: SSeriesTime.text(end))
        else { throw SSeriesFailure.wrongCallRecordRandom }
        try judgeAddress(call, grant)
        let zone = service.mailboxes.timeZone(of: account)
        let view = CallRecordView(zone: zone, extensions: extensions, serialNumber: service.serialNumber)
        let sheet = CallRecordSheet(service: service, account: account, first: start.timestamp(in: zone), last: end.lastTimestamp(in: zone), view: view)
        guard try await sheet.hasRows() else { throw SSeriesFailure.noCallRecord }
        let body = try await FrontResponse.Body.written { try await sheet.write(to: $0) }
        try await useUp(random, call, orThrow: .wrongCallRecordRandom)
        return file("text/csv; charset=utf-8", named: "cdr.csv", body)
    }

    /// The extensions that a text names, however it is spaced; nil for all of them.
    private static func selection(_ text: String) -> Set<String>? { text.lowercased() == "all" ? nil : Set(text.listed()) }

    /// Both ends of the time asked for, in order.
    private static func times(_ call: SSeriesCall) throws -> (start: WallTime, end: WallTime) {
        let texts = (try call.parameters.required("starttime"), try call.parameters.required("endtime"))
        guard let start = SSeriesTime.parse(texts.0), let end = SSeriesTime.parse(texts.1), SSeriesTime.text(start) <= SSeriesTime.text(end) else {
            throw SSeriesFailure.wrongCallRecordTime
        }
        return (start, end)
    }
}

/// The calls of one download.
struct CallRecordSheet: Sendable {
    let service: VoicemailService
    let account: Account
    let first: Timestamp
    let last: Timestamp
    let view: CallRecordView

    /// Whether there is anything below the header.
    func hasRows() async throws -> Bool {
        var found = false
        try await service.callRecords.forEach(CallRecordQuery(from: first, to: last), of: account) { page in
            found = page.contains { view.shows($0) }
            return !found
        }
        return found
    }

    func write(to writer: PieceWriter) async throws {
        var header = CSVWriter()
        header.write(CallRecordView.columns)
        try await writer.write(header.buffer)
        try await service.callRecords.forEach(CallRecordQuery(from: first, to: last), of: account) { page in
            var rows = CSVWriter()
            for record in page where view.shows(record) { rows.write(view.fields(record)) }
            try await writer.write(rows.buffer)
            return true
        }
    }
}
