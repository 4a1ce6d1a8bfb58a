import Foundation
import SystemPackage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension FilePath {
    /// Where the process runs.
    public static var workingDirectory: FilePath { FilePath(FileManager.default.currentDirectoryPath) }

    /// A path from the root, so that it means the same wherever it is used and a refusal names it in full.
    /// - Parameter base: what a relative one is below; where the process runs otherwise.
    public static func settled(_ text: String, below base: FilePath = .workingDirectory) -> FilePath {
        var path = base.pushing(FilePath(text))
        path.components.removeAll { $0.kind == .currentDirectory }
        return path
    }

    /// The same place without links and detours, as far as it exists. Blocks.
    public var resolved: FilePath {
        if let found = withPlatformString({ realpath($0, nil) }) {
            defer { free(found) }
            return FilePath(platformString: found)
        }
        guard let name = lastComponent else { return self }
        return removingLastComponent().resolved.appending(name).lexicallyNormalized()
    }

    /// The directory it is in; "." for a bare name.
    var parent: FilePath {
        let parent = removingLastComponent()
        return parent.isEmpty ? "." : parent
    }
}
