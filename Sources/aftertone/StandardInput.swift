import SystemPackage

/// What is piped or typed into a command.
enum StandardInput {
    /// The next bytes; nil at the end. Blocks.
    static func read(upTo count: Int) throws(Refusal) -> [UInt8]? {
        do {
            let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                filled = try FileDescriptor.standardInput.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            return bytes.isEmpty ? nil : bytes
        } catch {
            throw Refusal("standard input cannot be read: \(error)")
        }
    }
}
