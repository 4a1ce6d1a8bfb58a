extension FileArchive {
    /// How an archive is set up.
    public struct Configuration: Sendable {
        /// The directory of the blobs; created, with its ancestors, when it is not there. Nothing else may
        /// keep files in it.
        public var directory: String
        /// Bytes of the device that stay free: below that, `begin` answers `.full`, so that the database
        /// beside the archive can still write.
        public var reserveBytes = 64 << 20
        /// Bytes that all blobs together may have; nil for no bound. With a quota, opening the archive counts what is there, and
        /// `recount` what other processes have stored or removed since.
        public var quotaBytes: Int?
        /// Empty files kept ready for deposits, each with an open descriptor; 0 for a process that stores little.
        public var preparedFiles = 64
        /// Threads that write and sync, which is how many syncs share a journal commit at most.
        public var writeThreads = 16
        /// Threads for reads that must wait for the device, and for what is neither read nor written.
        public var readThreads = 4
        /// Told of every sync of a blob: seconds it took, and bytes of the blob. Called on a writing thread.
        public var onSync: (@Sendable (_ seconds: Double, _ bytes: Int) -> Void)?

        public init(directory: String) { self.directory = directory }
    }
}
