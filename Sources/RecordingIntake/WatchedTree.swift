import Foundation
import SystemPackage

/// The files below a directory that may be recordings. Its calls block.
struct WatchedTree: Sendable {
    struct File: Hashable, Sendable {
        /// Below the watched directory, its parts joined by slashes.
        let place: String
        let state: FileState

        var name: String { FilePath(place).lastComponent?.string ?? place }
        /// The directories that lead to it.
        var folders: [Substring] { place.split(separator: "/").dropLast() }
    }

    let root: String
    /// Directories in it that are not looked into.
    private let besides: Set<FilePath>

    /// Directories below directories: recorders make one for the year, the month and the day.
    private static let depth = 4
    /// Files looked at in one go.
    private static let most = 100_000
    /// Ends of names of files that are not finished.
    private static let unfinished = [".part", ".partial", ".tmp"]

    init(root: String, besides: [String]) {
        self.root = root
        self.besides = Set(besides.map { FilePath($0).lexicallyNormalized() })
    }

    /// - Throws: when the directory itself cannot be read; what cannot be read in it is left out.
    func files() throws(WatchedFileError) -> [File] {
        var found: [File] = []
        try visit(try OpenDirectory(path: root), "", depth: Self.depth, &found)
        return found
    }

    private func visit(_ directory: OpenDirectory, _ place: String, depth: Int, _ found: inout [File]) throws(WatchedFileError) {
        for name in try directory.names(atMost: Self.most) {
            guard found.count < Self.most else { return }
            // Hidden files are what programs move into place when it is whole.
            guard !name.hasPrefix("."), !Self.unfinished.contains(where: { name.hasSuffix($0) }) else { continue }
            let inner = place.isEmpty ? name : place + "/" + name
            if let state = directory.state(of: name) {
                found.append(File(place: inner, state: state))
            } else if depth > 1, !besides.contains(FilePath(root).appending(inner).lexicallyNormalized()), directory.holdsDirectory(name) {
                // One that goes away at this moment is no trouble.
                guard let below = try? directory.directory([name[...]]) else { continue }
                try? visit(below, inner, depth: depth - 1, &found)
            }
        }
    }

    /// Opens a file that `files` has found.
    func open(_ file: File) throws(WatchedFileError) -> WatchedFile {
        try WatchedFile(file.name, of: try directory(of: file), in: file.state)
    }

    /// Moves a file to the same place below another directory, under a name that is free there, if it is still what it was.
    func move(_ file: File, to destination: String) throws {
        let from = try directory(of: file)
        guard from.state(of: file.name) == file.state else { return }
        try FileManager.default.createDirectory(atPath: destination, withIntermediateDirectories: true)
        let target = try OpenDirectory(path: destination).directory(file.folders, creating: true)
        var name = file.name
        var number = 0
        while target.holds(name) {
            number += 1
            name = file.name + ".\(number)"
        }
        try from.move(file.name, to: target, as: name)
    }

    /// Deletes a file if it is still what it was.
    func delete(_ file: File) throws(WatchedFileError) {
        let from = try directory(of: file)
        guard from.state(of: file.name) == file.state else { return }
        try from.delete(file.name)
    }

    private func directory(of file: File) throws(WatchedFileError) -> OpenDirectory {
        try OpenDirectory(path: root).directory(file.folders)
    }
}
