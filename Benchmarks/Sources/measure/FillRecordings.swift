import ArgumentParser
import Foundation
import Logging
import NIOCore
import SQLiteStore
import Server
import Voicemail

/// Fills an account with recordings without a sync for each, for P2.
struct FillRecordings: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Puts many recordings into an account. They share one piece of audio.")

    @Option var data: String
    @Option(help: "Id.") var account: String
    @Option(help: "How many.") var count: Int
    @Argument(help: "A WAV file.") var file: String

    /// Recordings in one transaction.
    private static let batch = 5000

    func run() async throws {
        var configuration = Configuration()
        configuration.data = data
        configuration.limits.maximumAudioBytes = 200_000_000
        var logger = Logger(label: "measure")
        logger.logLevel = .error
        let installation = try await Installation.open(configuration, for: .storesAudio, creating: false, logger: logger)
        do {
            try await fill(installation)
        } catch {
            try await installation.close()
            throw error
        }
        try await installation.close()
    }

    private func fill(_ installation: Installation) async throws {
        let service = installation.service
        guard let owner = try await service.store.read({ [account] in try $0.document(id: account) }) else {
            throw ValidationError("no such account")
        }
        let intake = try await service.receiveAudio()
        try await intake.write(ByteBuffer(bytes: try Data(contentsOf: URL(filePath: file))))
        let audio = try await intake.finish(contentType: "audio/wav", fileName: "call.wav", policy: .playableOnly)
        let first = try await service.addRecording(RecordingDraft(callerNumber: "1000", calleeNumber: "2000"), audio: audio, in: owner)
        let zone = service.timeZone(of: owner)
        // As many recordings of each caller however many there are, so that a search finds as much among more.
        let callers = max(1, count / 40)
        for start in stride(from: 1, to: count, by: Self.batch) {
            let numbers = start..<min(start + Self.batch, count)
            try await installation.store.write { writer in
                for number in numbers { _ = try writer.insert(Self.recording(number, of: callers, like: first, zone)) }
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
