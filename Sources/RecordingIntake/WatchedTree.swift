import Foundation
import SystemPackage
import Voicemail

/// The files below a directory that may be recordings. Its calls block.
struct WatchedTree: Sendable {
    struct File: Hashable, Sendable {
        /// Below the watched directory, byte by byte as the file system has it: it need be no text in any encoding.
        let place: FilePath
        let state: FileState

        /// What people and interfaces call it.
        var name: String { component.map(\.label) ?? "" }
        var component: FilePath.Component? { place.lastComponent }
        /// The whole way to it, as text.
        var label: String { place.label }
        /// The directories that lead to it.
        var folders: [FilePath.Component] { place.components.dropLast() }
    }

    /// What was found, and the directories that could not be looked into.
    struct Sighting: Sendable {
        var files: [File] = []
        var troubles: [FilePath: WatchedFileError] = [:]
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

    /// - Throws: when the directory itself cannot be read.
    func look() throws(WatchedFileError) -> Sighting {
        var found = Sighting()
        try visit(try OpenDirectory(path: root), FilePath(), depth: Self.depth, &found)
        return found
    }

    private func visit(_ directory: OpenDirectory, _ place: FilePath, depth: Int, _ found: inout Sighting) throws(WatchedFileError) {
        for name in try directory.names(atMost: Self.most) {
            guard found.files.count < Self.most else { return }
            // Hidden files are what programs move into place when it is whole.
            let label = name.label
            guard !label.hasPrefix("."), !Self.unfinished.contains(where: { label.hasSuffix($0) }) else { continue }
            let inner = place.appending(name)
            if let state = directory.state(of: name) {
                found.files.append(File(place: inner, state: state))
            } else if depth > 1, !besides.contains(FilePath(root).appending(inner.components).lexicallyNormalized()), directory.holdsDirectory(name) {
                do {
                    try visit(try directory.directory([name]), inner, depth: depth - 1, &found)
                } catch .changed {
                    // The directory was removed at this moment.
                } catch {
                    found.troubles[inner] = error
                }
            }
        }
    }

    /// Opens a file that `files` has found.
    func open(_ file: File) throws(WatchedFileError) -> WatchedFile {
        guard let component = file.component else { throw .changed }
        return try WatchedFile(component, of: try directory(of: file), in: file.state)
    }

    /// Moves a file to the same place below another directory, under a name that is free there, if it is still what it was.
    func move(_ file: File, to destination: String) throws {
        let from = try directory(of: file)
        guard let component = file.component, from.state(of: component) == file.state else { return }
        try FileManager.default.createDirectory(atPath: destination, withIntermediateDirectories: true)
        let target = try OpenDirectory(path: destination).directory(file.folders, creating: true)
        var name = component
        var number = 0
        while target.holds(name) {
            number += 1
            name = component.numbered(number)
        }
        try from.move(component, to: target, as: name)
    }

    /// Deletes a file if it is still what it was.
    func delete(_ file: File) throws(WatchedFileError) {
        let from = try directory(of: file)
        guard let component = file.component, from.state(of: component) == file.state else { return }
        try from.delete(component)
    }

    private func directory(of file: File) throws(WatchedFileError) -> OpenDirectory {
        try OpenDirectory(path: root).directory(file.folders)
    }
}

extension FilePath {
    /// The whole way as text.
    var label: String { components.map(\.label).joined(separator: "/") }
}

extension FilePath.Component {
    /// The name as text.
    var label: String {
        withPlatformString { bytes in
            String(foreign: UnsafeBufferPointer(start: bytes, count: length(of: bytes)).map { UInt8(bitPattern: $0) })
        }
    }

    /// The same name with a number behind it.
    func numbered(_ number: Int) -> FilePath.Component {
        withPlatformString { bytes in
            var longer = Array(UnsafeBufferPointer(start: bytes, count: length(of: bytes)))
            longer += ".\(number)\0".utf8.map { CChar(bitPattern: $0) }
            return FilePath.Component(platformString: longer) ?? self
        }
    }

    private func length(of bytes: UnsafePointer<CChar>) -> Int {
        var length = 0
        while bytes[length] != 0 { length += 1 }
        return length
    }
}
