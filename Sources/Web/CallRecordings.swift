import Foundation
import HTTPFront
import HTTPTypes
import Voicemail

/// The recorded calls of an account, for its administrators.
extension WebDialect {
    /// A page that is not there, however much there is.
    private static let lastPage = 1_000_000

    func recordingList(_ session: Session, _ visit: Visit) async throws -> FrontResponse {
        let account = try administered(session), query = visit.request.query, zone = service.mailboxes.timeZone(of: account)
        let search = RecordingSearch(query), number = min(max(query["page"].flatMap { Int($0) } ?? 1, 1), Self.lastPage)
        let page = try await service.recordings.list(
            RecordingQuery(
                accountID: account.id, from: search.days.since?.begin(in: zone), to: search.days.until?.end(in: zone), caller: search.caller,
                callee: search.callee, order: .time, ascending: false, offset: (number - 1) * Self.rowsOfPage, limit: Self.rowsOfPage))
        let times = ShownTimes(language: visit.pages?.language ?? "en", zone: zone)
        var values = search.values
        values["title"] = "t.console_recordings"
        values["rows"] = page.recordings.map { Self.values(of: $0, times) }
        values["has_rows"] = !page.recordings.isEmpty
        let here = visit.root + "recordings"
        func address(_ number: Int) -> String { here + "?" + (search.parameters + ["page=\(number)"]).joined(separator: "&") }
        if number > 1 { values["newer"] = address(number - 1) }
        if number * Self.rowsOfPage < page.total { values["older"] = address(number + 1) }
        return visit.page(.recordings, values)
    }

    func playRecording(_ id: String, _ session: Session, _ visit: Visit) async throws -> FrontResponse {
        let sound = try await service.renditions.download(of: try await recording(id, session), as: .mp3)
        return response(sound.reader, sound.contentType, ContentDisposition.inline("recording.mp3"), visit)
    }

    func downloadRecording(_ id: String, as format: SoundFormat, _ session: Session, _ visit: Visit) async throws -> FrontResponse {
        let recording = try await recording(id, session)
        func name(_ suffix: String) -> String {
            let stem = recording.name.split(separator: ".").dropLast().joined(separator: ".")
            return ContentDisposition.attachment((stem.isEmpty ? recording.name : stem) + "." + suffix)
        }
        switch format {
        case .stored:
            let sound = try await service.renditions.download(of: recording, as: nil)
            // As with messages: no browser is to act on it.
            return response(sound.reader, "application/octet-stream", ContentDisposition.attachment(recording.name), visit)
        case .wav, .mp3:
            let sound = try await service.renditions.download(of: recording, as: format == .wav ? .wav : .mp3)
            return response(sound.reader, sound.contentType, name(format.rawValue), visit)
        }
    }

    func recording(_ id: String, _ session: Session) async throws -> Recording {
        try await service.recordings.find([.id(id)], of: try administered(session))
    }

    /// The account that somebody looks after; to everybody else there is nothing.
    private func administered(_ session: Session) throws(WebFailure) -> Account {
        guard session.listener.isAdministrator else { throw .notFound }
        return session.account
    }

    private static func values(of recording: Recording, _ times: ShownTimes) -> [String: Any] {
        var values: [String: Any] = [
            "recording_id": recording.id, "began": recording.started.iso8601, "began_shown": times.text(recording.started),
            "length": MessageView.length(seconds: recording.durationMilliseconds / 1000), "recording_name": recording.name,
        ]
        for (key, name, number) in [
            ("caller", recording.callerName, recording.callerNumber), ("callee", recording.calleeName, recording.calleeNumber),
        ] {
            let shown = [name, number].filter { !$0.isEmpty }.joined(separator: " · ")
            if !shown.isEmpty { values[key] = shown }
        }
        return values
    }
}

/// Which recordings are looked for, as the address of the page has it.
private struct RecordingSearch {
    let days: Search
    let caller: String?
    let callee: String?

    init(_ query: Query) {
        func number(_ name: String) -> String? {
            let text = HTTPToken.trim(String((query[name] ?? "").prefix(Recordings.longestCallFact)))
            return text.isEmpty ? nil : text
        }
        days = Search(query)
        caller = number("caller")
        callee = number("callee")
    }

    var parameters: [String] {
        days.parameters + [("caller", caller), ("callee", callee)].compactMap { name, text in text.map { "\(name)=\(PercentEncoding.encode($0))" } }
    }

    var values: [String: Any] {
        let isSearch = !days.isEmpty || caller != nil || callee != nil
        return days.values.merging(["looked_caller": caller ?? "", "looked_callee": callee ?? "", "is_search": isSearch]) { $1 }
    }
}
