import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The files below a directory that may be recordings. Its calls block.
struct WatchedTree: Sendable {
    struct File: Hashable, Sendable {
        /// Below the watched directory, its parts joined by slashes.
        let place: String
        let state: FileState

        var name: String { (place as NSString).lastPathComponent }
    }

    let root: String
    /// Directories in it that are not looked into.
    private let besides: Set<String>

    /// Directories below directories: recorders make one for the year, the month and the day.
    private static let depth = 4
    /// Files looked at in one go.
    private static let most = 100_000
    /// Ends of names of files that are not finished.
    private static let unfinished = [".part", ".partial", ".tmp"]

    init(root: String, besides: [String]) {
        self.root = root
        self.besides = Set(besides.map { ($0 as NSString).standardizingPath })
    }

    /// - Throws: when the directory itself cannot be read; what cannot be read in it is left out.
    func files() throws -> [File] {
        var found: [File] = []
        try visit("", depth: Self.depth, &found)
        return found
    }

    private func visit(_ place: String, depth: Int, _ found: inout [File]) throws {
        let directory = place.isEmpty ? root : root + "/" + place
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            guard found.count < Self.most else { return }
            // Hidden files are what programs move into place when it is whole.
            guard !name.hasPrefix("."), !Self.unfinished.contains(where: { name.hasSuffix($0) }) else { continue }
            let inner = place.isEmpty ? name : place + "/" + name
            let path = root + "/" + inner
            if let state = FileState(of: path) {
                found.append(File(place: inner, state: state))
            } else if depth > 1, !besides.contains((path as NSString).standardizingPath), Self.isDirectory(path) {
                // One that goes away at this moment is no trouble.
                try? visit(inner, depth: depth - 1, &found)
            }
        }
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Moves a file to the same place below another directory, under a name that is free there.
    static func move(_ path: String, to directory: String, place: String) throws {
        var target = directory + "/" + place
        try FileManager.default.createDirectory(atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        var status = stat()
        var number = 0
        while lstat(target, &status) == 0 {
            number += 1
            target = directory + "/" + place + ".\(number)"
        }
        guard rename(path, target) == 0 else { throw WatchedFileError.last("cannot move \(path) to \(target)") }
    }

    static func delete(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw WatchedFileError.last("cannot delete \(path)") }
    }
}
