import NIOConcurrencyHelpers

/// Buffers for one slice of a blob each, aligned as writes past the page cache need them, and kept: a fresh
/// one would cost a page fault per page on every deposit. There are never more than threads that write.
final class ScratchBuffers: Sendable {
    /// Bytes of one slice, a multiple of the alignment.
    static let size = 262_144
    /// What devices and file systems ask of offset, length and address at most.
    static let alignment = 4096

    private let free = NIOLockedValueBox<[Scratch]>([])

    func withBuffer<Value>(_ body: (UnsafeMutableRawBufferPointer) throws(SystemError) -> Value) throws(SystemError) -> Value {
        let scratch = free.withLockedValue { $0.popLast() } ?? Scratch()
        defer { free.withLockedValue { $0.append(scratch) } }
        return try body(scratch.memory)
    }

    /// Lets go of the buffers that nobody is using.
    func release() { free.withLockedValue { $0 = [] } }

    private final class Scratch: Sendable {
        /// Safe to share: only the job that took the buffer from `free` touches the memory.
        nonisolated(unsafe) let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: ScratchBuffers.size, alignment: ScratchBuffers.alignment)

        deinit { memory.deallocate() }
    }
}
