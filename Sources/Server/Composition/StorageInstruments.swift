import HTTPFront
import Voicemail

/// The metrics of store and archive.
public struct StorageInstruments: Sendable {
    private let blobs: MetricCounter
    private let bytes: MetricCounter
    private let seconds: MetricHistogram
    private let commits: MetricHistogram
    /// What the domain tells.
    let observer: DomainObserver

    public init(_ registry: MetricsRegistry) {
        blobs = registry.counter("aftertone_audio_stored_total", help: "Pieces of audio made durable.")
        bytes = registry.counter("aftertone_audio_stored_bytes_total", help: "Bytes of audio made durable.")
        seconds = registry.histogram("aftertone_audio_sync_seconds", help: "Time one sync of audio to the disk takes.")
        commits = registry.histogram("aftertone_store_commit_seconds", help: "Time one commit to the database takes, with its sync.")
        let deposits = registry.counter("aftertone_deposits_total", help: "Messages left, by whatever interface.")
        let expired = Dictionary(
            uniqueKeysWithValues: DomainObserver.Expired.allCases.map { what in
                (what, registry.counter("aftertone_retention_removed_total", help: "What retention has removed.", labels: [("what", what.rawValue)]))
            })
        let sealed = registry.counter("aftertone_audit_sealed_total", help: "Entries of the audit log that were sealed.")
        observer = DomainObserver(deposited: { deposits.add() }, expired: { expired[$0]?.add($1) }, sealed: { sealed.add($0) })
    }

    /// A commit has reached the disk.
    @Sendable func committed(_ elapsed: Double) { commits.observe(elapsed) }

    /// A blob has reached the disk.
    @Sendable func blobSynced(_ elapsed: Double, _ size: Int) {
        blobs.add()
        bytes.add(size)
        seconds.observe(elapsed)
    }
}
