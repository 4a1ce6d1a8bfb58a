import ArgumentParser
import Audio
import Foundation
import Voicemail

/// R13: conversions as the interfaces ask for them, none from the cache.
struct Convert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Converts a file again and again, in this process, one after the other.")

    @Argument var file: String
    @Option(help: "An empty directory for the renderings.") var cache: String
    @Option(help: "wav or mp3.") var format: Rendition.Container = .wav
    @Option(help: "For how long.") var seconds = 1.0

    func run() async throws {
        let engine = try await AudioEngine.start(.init(cacheDirectory: cache))
        let rendition = format == .mp3 ? Rendition.mp3 : .telephone
        let clock = ContinuousClock(), start = clock.now
        var count = 0
        while clock.now - start < .seconds(seconds) {
            // A new name each time, so that the cache has nothing.
            _ = try await engine.render(.file(path: file), key: BlobID(), as: rendition)
            count += 1
        }
        report(count, in: clock.now - start)
        try await engine.shutdown()
    }
}

extension Rendition.Container: ExpressibleByArgument {}
