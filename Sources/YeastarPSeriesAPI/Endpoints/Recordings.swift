import HTTPFront
import Voicemail

/// What `recording/search` filters by; nothing for `recording/list` (P§8.2).
struct RecordingFilter: Sendable {
    var from: Timestamp?
    var to: Timestamp?
    var caller: String?
    var callee: String?
    var ids: [Int]?
}

/// Recordings (P§8).
extension PSeriesDialect {
    private enum RecordingSortKey: String, CaseIterable {
        case id, time
    }

    func recordingFilter(_ call: PSeriesCall) throws -> RecordingFilter {
        RecordingFilter(
            from: try time("start_time", call), to: try time("end_time", call, isEnd: true), caller: try call.parameters.number("caller"),
            callee: try call.parameters.number("callee"), ids: try call.parameters.integers("ids"))
    }

    func listRecordings(_ call: PSeriesCall, _ filter: RecordingFilter) async throws -> PSeriesAnswer {
        let paging = try Paging(call.parameters)
        let sorting = try Sorting(call.parameters, standard: RecordingSortKey.id)
        let query = RecordingQuery(
            accountID: call.account.id, from: filter.from, to: filter.to, caller: filter.caller, callee: filter.callee, serials: filter.ids,
            order: sorting.key == .time ? .time : .serial, ascending: sorting.ascending, offset: paging.offset, limit: paging.limit)
        let page = try await service.renditions.downloads(query, as: settings.recordingFormat?.container)
        let view = RecordingView(zone: call.zone, format: settings.displayFormat)
        let items = page.recordings.map { view.item($0.recording, size: $0.size) }
        return .fields(["total_number": .int(page.total), "data": .array(items)])
    }

    /// The conversion, if one is due, happens before the answer, as on the PBX (P§8.4).
    func downloadRecording(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let stored = try await service.renditions.find(try recordingKeys(call), of: call.account), recording = stored.recording
        let container = settings.recordingFormat?.container
        if let container { _ = try await answering(within: settings.longestAnswer) { try await sound(of: stored, as: container) } }
        let name = container.map { recording.stem + "." + $0.rawValue } ?? recording.name
        let link = try await link(
            to: .recording(id: recording.id, format: settings.recordingFormat), kind: .recording,
            fileExtension: name.split(separator: ".").last.map(String.init) ?? AudioContainer.wav.rawValue, isOpen: false, call)
        return .fields(["file": .string(name), "download_resource_url": .string(link.url)])
    }

    /// `id`, else `file`: a name as it is stored, or as a download in the format set for downloads calls it.
    private func recordingKeys(_ call: PSeriesCall) throws -> [RecordingKey] {
        if let id = try call.parameters.integer("id") { return [.serial(id)] }
        let names = try call.parameters.readings("file")
        if names.isEmpty { throw PSeriesFailure.required("id") }
        guard let format = settings.recordingFormat else { return names.map { .name($0) } }
        // Programs that record name their files by either case.
        let stored = names.filter { $0.lowercased().hasSuffix("." + format.rawValue) }.flatMap { name in
            AudioContainer.allCases.map(\.rawValue).flatMap(Self.spellings).map { String(name.dropLast(format.rawValue.count)) + $0 }
        }
        return (names + stored).map { .name($0) }
    }

    /// A word in every mixture of cases, all of them small first.
    private static func spellings(_ word: String) -> [String] {
        word.reduce([""]) { heads, letter in
            let small = heads.map { $0 + letter.lowercased() }
            return letter.isLetter ? small + heads.map { $0 + letter.uppercased() } : small
        }
    }

    /// A recording in a container. An MP3 that has to be made takes the account's turn; nothing else waits.
    func sound(of stored: StoredSound, as container: Rendition.Container) async throws -> RenderedAudio {
        guard container == .mp3, try await service.renditions.needsConversion(stored, to: container) else {
            return try await service.renditions.download(of: stored, as: container)
        }
        let patience: Duration = settings.secondMP3 == .refuse ? .zero : .seconds(settings.mp3Patience)
        return try await turns.withTurn(of: stored.recording.accountID, patience: patience) {
            try await service.renditions.download(of: stored, as: container)
        }
    }

    /// There are no live calls here, so no channel has any id (P§8.5).
    func controlRecording(_ call: PSeriesCall) throws -> PSeriesAnswer {
        _ = try call.parameters.requireText("channel_id")
        throw PSeriesFailure.noChannel
    }

    /// A bound of a search: Unix seconds, or a time in the display format as older firmware has it (P§2.9).
    /// - Parameter isEnd: whether both passes of an hour that clocks show twice are before it.
    func time(_ name: String, _ call: PSeriesCall, isEnd: Bool = false) throws(PSeriesFailure) -> Timestamp? {
        guard let text = try call.parameters.text(name) else { return nil }
        if text.utf8.allSatisfy(\.isDigit) {
            guard let seconds = Int(text), Timestamp.plausible.contains(seconds) else { throw .invalid(name, .string(text)) }
            return Timestamp(unix: seconds)
        }
        guard let time = settings.displayFormat.wallTime(text) else { throw .invalid(name, .string(text)) }
        return isEnd ? time.lastTimestamp(in: call.zone) : time.timestamp(in: call.zone)
    }
}

extension PSeriesSettings.RecordingFormat {
    var container: Rendition.Container {
        switch self {
        case .wav: .wav
        case .mp3: .mp3
        }
    }
}

extension Recording {
    /// Its name without the extension.
    var stem: String { String(name[..<(name.lastIndex(of: ".") ?? name.endIndex)]) }
}
