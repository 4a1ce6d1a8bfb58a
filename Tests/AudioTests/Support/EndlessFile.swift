import Foundation
import Testing
import Voicemail

@testable import Audio

/// An hour and a half of eight channels, most of it a hole in the file: minutes of work unless it is stopped.
func withEndlessFile(_ body: (AudioSource) async throws -> Void) async throws {
    let header = WaveHeaderTests.wave(
        WaveHeaderTests.format(channels: 8, rate: 48000, block: 16), WaveHeaderTests.chunk("data", [], declared: .max))
    let path = try writeTemporary(header)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try #require(truncate(path, 1 << 32) == 0)
    try await body(.file(path: path))
}
