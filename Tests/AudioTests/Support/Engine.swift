import Foundation
import NIOCore
import Testing
import Voicemail

@testable import Audio

/// Runs `body` with an engine over a cache directory of its own, both gone afterwards.
@discardableResult
func withEngine<Result>(
    cacheByteLimit: Int = 1 << 28, conversionsAtOnce: Int = 2, maxSeconds: Int = 3600, timeLimit: Duration = .seconds(600),
    timeForSecond: Duration = .zero, goingOnAfter: Duration = .seconds(600), measuringMoment: Duration = .seconds(600),
    measuringLimit: Duration = .seconds(600),
    _ body: (AudioEngine, _ cache: String) async throws -> Result
) async throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("audio-\(HexID.random())").path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let engine = try await AudioEngine.start(
        .init(
            cacheDirectory: directory, cacheByteLimit: cacheByteLimit, conversionsAtOnce: conversionsAtOnce, maxSeconds: maxSeconds,
            timeLimit: timeLimit, timeForSecond: timeForSecond, goingOnAfter: goingOnAfter, measuringLimit: measuringLimit, measuringMoment: measuringMoment))
    do {
        let result = try await body(engine, directory)
        try await engine.shutdown()
        return result
    } catch {
        try await engine.shutdown()
        throw error
    }
}

extension AudioSource {
    static func bytes(_ bytes: [UInt8]) -> AudioSource { .bytes(ByteBuffer(bytes: bytes)) }
}

extension RenderedAudio {
    func bytes() async throws -> [UInt8] { Array(buffer: try await reader.read(at: 0, count: reader.size)) }
}

/// The finished renderings in a cache directory.
func renderings(in directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0 != "boot" }.sorted()
}

func writeTemporary(_ bytes: [UInt8]) throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("audio-\(HexID.random()).bin").path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
}

extension AudioFacts {
    /// What needs no decoding; nil when only decoding tells.
    init?(ofPlain source: AudioSource, maxSeconds: Int) throws(AudioError) {
        guard let facts = try MeasuringOutcome(withoutDecoding: source, maxSeconds: maxSeconds).facts else { return nil }
        self = facts
    }
}
