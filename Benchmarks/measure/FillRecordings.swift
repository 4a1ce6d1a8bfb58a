import ArgumentParser
import Foundation
import SQLiteStore
import Server
import Voicemail

/// Fills an account with recordings without a sync for each, for P2.
struct FillRecordings: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Puts many recordings into an account. They share one piece of audio.")

    @OptionGroup var filling: Filling
    @Option(help: "How many.") var count: Int

    func run() async throws {
        try await filling.run { installation, owner in
            let service = installation.service
            let draft = RecordingDraft(callerNumber: "1000", calleeNumber: "2000")
            let first = try await service.recordings.add(draft, audio: try await filling.audio(service), in: owner)
            let zone = service.mailboxes.timeZone(of: owner)
            // As many recordings of each caller however many there are, so that a search finds as much among more.
            let callers = max(1, count / 40)
            for numbers in Filling.batches(from: 1, to: count) {
                try await installation.store.write { writer in
                    for number in numbers { _ = try writer.insert(Self.recording(number, of: callers, like: first, zone)) }
                }
            }
        }
    }

    /// Two seconds apart.
    private static func recording(_ number: Int, of callers: Int, like first: Recording, _ zone: TimeZone) -> Recording {
        let id = HexID.random(), started = first.started.advanced(by: -2 * number)
        let caller = String(1000 + number % callers), callee = String(2000 + number % 1000)
        let name = RecordingName.compose(
            recorded: started, in: zone, callID: "\(started.unix).\(number)", caller: caller, callee: callee, direction: .within, fileExtension: "wav")
        return Recording(
            id: id, accountID: first.accountID, name: name, started: started, callerNumber: caller, callerName: "", calleeNumber: callee,
            calleeName: "", direction: .within, callID: "\(started.unix).\(number)",
            callRecordID: CallRecordID.make(id: id, started: started, zone: zone), durationMilliseconds: first.durationMilliseconds,
            audio: first.audio, created: first.created)
    }
}
