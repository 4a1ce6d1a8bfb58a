extension TLSFiles {
    /// Reads the files as a listener would.
    /// - Throws: what a listener would not start with.
    public func check() async throws { _ = try await TLSCertificate.load(self) }
}
