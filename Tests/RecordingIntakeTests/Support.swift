import Audio
import Foundation
import TestKit
import Testing
import Voicemail

/// An account with a recorder's key.
struct IntakeWorld: Sendable {
    let server: TestServer
    let account: Account
    let key: String

    init(_ server: TestServer) async throws {
        self.server = server
        account = try await server.makeAccount("Acme")
        key = try await server.service.access.issueKey(CredentialDraft(.intake, name: "recorder"), in: account).secret
    }

    /// Sends bytes as a recorder would.
    func put(_ path: String, _ audio: [UInt8], key: String? = nil) async throws -> Answer {
        try await server.send("PUT", "/intake/recordings/" + path, headers: ["Authorization": "Bearer \(key ?? self.key)"], body: audio)
    }

    func recordings() async throws -> [Recording] {
        try await server.service.recordings.list(RecordingQuery(accountID: account.id)).recordings
    }
}

enum Sounds {
    /// A WAV that differs with its number.
    static func wav(_ number: Int = 1, seconds: Double = 1) throws -> [UInt8] {
        try AudioSamples.tones([200 + Double(number)], seconds: seconds).encoded(as: .wavPCM16)
    }
}

/// Waits for what somebody else is about to do.
func until(_ isTrue: () async throws -> Bool) async throws {
    while try await !isTrue() { try await Task.sleep(for: .milliseconds(5)) }
}
