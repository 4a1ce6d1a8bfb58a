import HTTPFront

/// What is counted below the dialects.
public struct StorageInstruments: Sendable {
    private let blobs: MetricCounter
    private let bytes: MetricCounter
    private let seconds: MetricHistogram
    private let commits: MetricHistogram
    private let deposits: MetricCounter

    public init(_ registry: MetricsRegistry) {
        blobs = registry.counter("aftertone_audio_stored_total", help: "Pieces of audio made durable.")
        bytes = registry.counter("aftertone_audio_stored_bytes_total", help: "Bytes of audio made durable.")
        seconds = registry.histogram("aftertone_audio_sync_seconds", help: "Time one sync of audio to the disk takes.")
        commits = registry.histogram("aftertone_store_commit_seconds", help: "Time one commit to the database takes, with its sync.")
        deposits = registry.counter("aftertone_deposits_total", help: "Messages left, by whatever interface.")
    }

    /// A commit has reached the disk.
    @Sendable func committed(_ elapsed: Double) { commits.observe(elapsed) }

    /// A message has been left.
    @Sendable func deposited() { deposits.add() }

    /// A blob has reached the disk.
    @Sendable func blobSynced(_ elapsed: Double, _ size: Int) {
        blobs.add()
        bytes.add(size)
        seconds.observe(elapsed)
    }
}
