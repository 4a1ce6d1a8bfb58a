import Crypto
import Glibc
import NIOCore

/// A blob on its way to the disk. A value: each job of the writer takes one in and gives the next back.
struct Draft: Sendable {
    /// From this many bytes on a write past the page cache is quicker than one through it.
    static let directMinimum = 16_384

    let file: BlobFile
    private(set) var hash = SHA256()
    /// Bytes written, a multiple of the alignment until the last.
    private(set) var size = 0
    /// Bytes taken and not written: less than the alignment.
    private var rest = ByteBuffer()
    private var isDirect = false
    private var mayBeDirect = true

    init(file: BlobFile) { self.file = file }

    /// Writes `chunks`, holding back what does not fill a block.
    mutating func append(_ chunks: [ByteBuffer], to system: FileSystem, through scratch: ScratchBuffers) throws(SystemError) {
        try scratch.withBuffer { memory throws(SystemError) in
            let filled = try fill(memory, with: chunks, system)
            let whole = filled - filled % ScratchBuffers.alignment
            try put(memory[..<whole], at: size, system)
            size += whole
            rest = ByteBuffer(bytes: memory[whole..<filled])
        }
    }

    /// Writes `chunks` and everything held back.
    ///
    /// The odd end goes first, through the page cache, and its write-out is started, so that the device
    /// has it while the bulk is written; the sync then has nothing left to write but the journal.
    mutating func complete(_ chunks: [ByteBuffer], to system: FileSystem, through scratch: ScratchBuffers) throws(SystemError) {
        try scratch.withBuffer { memory throws(SystemError) in
            let filled = try fill(memory, with: chunks, system)
            let whole = filled - filled % ScratchBuffers.alignment
            try setDirect(false, system)
            try putAll(memory[whole..<filled], at: size + whole, system)
            system.startWriteback(file.descriptor)
            try put(memory[..<whole], at: size, system)
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: memory[whole..<filled]))
            size += filled
        }
    }
}

extension Draft {
    /// Copies what was held back and then `chunks` into `memory`, writing it out whenever it is full.
    /// - Returns: how many bytes of `memory` are left to write.
    private mutating func fill(
        _ memory: UnsafeMutableRawBufferPointer, with chunks: [ByteBuffer], _ system: FileSystem
    ) throws(SystemError) -> Int {
        var filled = 0
        for chunk in CollectionOfOne(rest) + chunks {
            var taken = 0
            while taken < chunk.readableBytes {
                let count = min(memory.count - filled, chunk.readableBytes - taken)
                chunk.withUnsafeReadableBytes {
                    UnsafeMutableRawBufferPointer(rebasing: memory[filled...])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[taken..<taken + count]))
                }
                filled += count
                taken += count
                if filled == memory.count {
                    try put(memory[...], at: size, system)
                    size += filled
                    filled = 0
                }
            }
        }
        return filled
    }

    /// Writes whole blocks, past the page cache where that pays, and hashes them.
    private mutating func put(_ bytes: Slice<UnsafeMutableRawBufferPointer>, at offset: Int, _ system: FileSystem) throws(SystemError) {
        guard !bytes.isEmpty else { return }
        try setDirect(bytes.count >= Self.directMinimum, system)
        do {
            try putAll(bytes, at: offset, system)
        } catch  where isDirect && error.code == EINVAL {
            // The file system wants another alignment, or takes the flag without meaning it.
            mayBeDirect = false
            try setDirect(false, system)
            try putAll(bytes, at: offset, system)
        }
        if !isDirect { system.startWriteback(file.descriptor) }
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes))
    }

    private func putAll(_ bytes: Slice<UnsafeMutableRawBufferPointer>, at offset: Int, _ system: FileSystem) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let left = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(written))
            let count = try system.write(file.descriptor, left, offset + written)
            guard count > 0 else { throw SystemError(operation: "write", code: EIO) }
            written += count
        }
    }

    private mutating func setDirect(_ direct: Bool, _ system: FileSystem) throws(SystemError) {
        let wanted = direct && mayBeDirect
        guard wanted != isDirect else { return }
        if system.setDirect(file.descriptor, wanted) {
            isDirect = wanted
        } else if wanted {
            mayBeDirect = false
        } else {
            throw .last("leave direct mode")
        }
    }
}
