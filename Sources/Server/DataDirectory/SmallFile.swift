import SystemPackage

/// Files that people write, such as passwords and settings: read whole, but never more than there should be, whatever they are.
public enum SmallFile {
    /// The first bytes of a file or pipe. Blocks.
    public static func read(_ path: String, atMost count: Int) throws -> [UInt8] {
        let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
        return try file.closeAfter {
            try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                while filled < count {
                    let read = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...]))
                    if read == 0 { break }
                    filled += read
                }
            }
        }
    }
}
