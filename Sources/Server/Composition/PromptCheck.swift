import Logging
import Prompts
import ServiceLifecycle

/// Tells once, at the start, what the telephone cannot say in the languages that it is meant to speak.
struct PromptCheck: Service {
    /// Voices of its own: the sounds that a check reads are not kept.
    let voices: PromptVoices
    let languages: [String]
    let logger: Logger

    func run() async throws {
        for tag in languages {
            let report = await voices.check(tag, isSpoken: false)
            guard !report.isGood else { continue }
            logger.warning(
                "not every phrase of the telephone has a voice; aftertone prompts check tells more",
                metadata: [
                    "language": "\(tag)", "tones": "\(report.toned.count)", "in_another_language": "\(report.foreign.count)",
                    "package": "\(report.package ?? "none")",
                ])
        }
        // A service that ends is taken for one that failed.
        do { try await gracefulShutdown() } catch is CancellationError {}
    }
}
