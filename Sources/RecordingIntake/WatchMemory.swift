import SystemPackage

/// What is remembered of a directory's files between two looks.
struct WatchMemory {
    private struct Sight {
        let state: FileState
        let since: ContinuousClock.Instant
        /// Was taken or refused in this state.
        var isOver = false
        /// Why it could not be taken, as it was told last.
        var failure: String?
    }

    /// Whether it has been told that there is no account for the directory.
    var lacksAccount = false

    private var sights: [FilePath: Sight] = [:]
    /// The directories that could not be looked into, and why.
    private var troubles: [FilePath: WatchedFileError] = [:]

    /// The files that have stayed as they are since an earlier look, at least so long ago, and are not over with; oldest names first.
    mutating func settled(_ files: [WatchedTree.File], for time: Duration, now: ContinuousClock.Instant = .now) -> [WatchedTree.File] {
        var next: [FilePath: Sight] = [:]
        var settled: [WatchedTree.File] = []
        for file in files {
            if let known = sights[file.place], known.state == file.state {
                next[file.place] = known
                if !known.isOver, now - known.since >= time { settled.append(file) }
            } else {
                next[file.place] = Sight(state: file.state, since: now)
            }
        }
        sights = next
        return settled.sorted { $0.place.string < $1.place.string }
    }

    /// The file is not to be taken again as it is.
    mutating func dismiss(_ file: WatchedTree.File) { sights[file.place]?.isOver = true }

    /// Whether the file could not be taken for a reason that has not been told yet.
    mutating func isNews(_ failure: String, of file: WatchedTree.File) -> Bool {
        guard sights[file.place]?.failure != failure else { return false }
        sights[file.place]?.failure = failure
        return true
    }

    /// The directories that cannot be looked into for a reason that has not been told yet.
    mutating func news(of troubles: [FilePath: WatchedFileError]) -> [FilePath: WatchedFileError] {
        let news = troubles.filter { self.troubles[$0.key] != $0.value }
        self.troubles = troubles
        return news
    }

    /// The file has changed while it was read.
    mutating func forget(_ file: WatchedTree.File) { sights[file.place] = nil }
}
