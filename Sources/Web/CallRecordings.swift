import Foundation
import HTTPFront
import HTTPTypes
import Voicemail

/// Recorded calls, for who hears them.
extension WebDialect {
    func recordingList(_ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
        let account = session.account, query = visit.request.query, zone = service.mailboxes.timeZone(of: account)
        let form = RecordingForm(query), after = query["start"].flatMap { RecordingSearch.Place(web: $0) }
        let search = RecordingSearch(
            from: form.days.since?.begin(in: zone), to: form.days.until?.end(in: zone), caller: form.caller, callee: form.callee, after: after)
        let page = try await service.recordings.heard(by: session.listener, in: account, search, limit: Self.rowsOfPage)
        let times = ShownTimes(language: visit.pages?.language ?? "en", zone: zone)
        var values: [String: Any] = ["title": "t.console_recordings"]
        values["rows"] = page.recordings.map { Self.values(of: $0, times) }
        values["has_rows"] = !page.recordings.isEmpty
        values["are_own"] = !session.listener.isAdministrator
        func address(_ more: [String]) -> String { visit.root + "recordings" + Self.query(form.parameters + more) }
        if after != nil { values["newest"] = address([]) }
        if let next = page.next { values["older"] = address(["start=" + next.webKey]) }
        return visit.page(.recordings, values) { form.set(in: &$0) }
    }

    private static func query(_ parameters: [String]) -> String { parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&") }

    func playRecording(_ id: String, _ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
        let recording = try await recording(id, session)
        let sound = try await service.renditions.download(of: service.renditions.sound(of: recording), as: .mp3)
        try await service.audit.noteHeard(recording, in: session.account)
        return response(sound.reader, sound.contentType, ContentDisposition.inline("recording.mp3"), visit)
    }

    func downloadRecording(_ id: String, as form: DownloadForm, _ session: WebSession, _ visit: PageVisit) async throws -> FrontResponse {
        let recording = try await recording(id, session)
        func name(_ suffix: String) -> String {
            let stem = recording.name.split(separator: ".").dropLast().joined(separator: ".")
            return ContentDisposition.attachment((stem.isEmpty ? recording.name : stem) + "." + suffix)
        }
        let stored = try await service.renditions.sound(of: recording)
        guard let container = form.container else {
            let sound = try await service.renditions.download(of: stored, as: nil)
            try await service.audit.noteHeard(recording, in: session.account)
            // As with messages: no browser is to act on it.
            return response(sound.reader, AudioContainer.unknownType, ContentDisposition.attachment(recording.name), visit)
        }
        let sound = try await service.renditions.download(of: stored, as: container)
        try await service.audit.noteHeard(recording, in: session.account)
        return response(sound.reader, sound.contentType, name(container.rawValue), visit)
    }

    func recording(_ id: String, _ session: WebSession) async throws -> Recording {
        try await service.recordings.heard(id, by: session.listener, in: session.account)
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
private struct RecordingForm {
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

    func set(in values: inout PageValues) {
        days.set(in: &values)
        values.set(["looked_caller": caller ?? "", "looked_callee": callee ?? ""])
        values.set(.isSearch, !days.isEmpty || caller != nil || callee != nil)
    }
}

/// Where a page starts, as its address has it.
extension RecordingSearch.Place {
    var webKey: String { "\(started.unix)_\(serial)" }

    init?(web key: String) {
        guard let position = MessagePosition(web: key) else { return nil }
        self.init(started: position.timestamp, serial: position.serial)
    }
}
