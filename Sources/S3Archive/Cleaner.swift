import Logging
import NIOHTTP1
import Voicemail

/// Removes what was given up, behind those who gave it up. What it does not come to is found by its age later.
final class Cleaner: Sendable {
    enum Job: Sendable {
        case remove(key: String)
        case abort(key: String, upload: String)
    }

    private let jobs: AsyncStream<Job>.Continuation
    private let work: Task<Void, Never>

    /// What waits when more is given up than can be removed.
    private static let most = 10_000
    /// That stopping waits for what is still to be done.
    private static let patience = Duration.seconds(10)

    init(_ client: S3Client, logger: Logger) {
        let (stream, jobs) = AsyncStream.makeStream(of: Job.self, bufferingPolicy: .bufferingOldest(Self.most))
        self.jobs = jobs
        work = Task {
            for await job in stream {
                do {
                    try await Self.run(job, client)
                } catch let trouble as S3Trouble where trouble.isMissingUpload || trouble.isMissing {
                } catch {
                    logger.warning("what was given up in the bucket could not be removed", metadata: ["job": "\(job)", "error": "\(error)"])
                }
            }
        }
    }

    func add(_ job: Job) { jobs.yield(job) }

    /// Does what is left, for some seconds.
    func close() async {
        jobs.finish()
        let timer = Task { [work] in
            try await Task.sleep(for: Self.patience)
            work.cancel()
        }
        await work.value
        timer.cancel()
    }

    private static func run(_ job: Job, _ client: S3Client) async throws {
        switch job {
        case .remove(let key): _ = try await client.send(S3Request(method: .DELETE, key: key))
        case .abort(let key, let upload): _ = try await client.send(S3Request(method: .DELETE, key: key, query: [("uploadId", upload)]))
        }
    }
}
