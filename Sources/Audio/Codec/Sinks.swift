import Voicemail

/// Encoded audio collected in memory.
final class MemorySink: VirtualFile {
    private(set) var bytes: [UInt8] = []

    override var length: Int { bytes.count }

    override func read(into destination: UnsafeMutableRawBufferPointer) throws(AudioError) -> Int {
        guard position < bytes.count else { return 0 }
        let count = min(destination.count, bytes.count - position)
        destination.copyBytes(from: bytes[position..<position + count])
        return count
    }

    override func write(_ new: UnsafeRawBufferPointer) throws(AudioError) {
        if position > bytes.count { bytes += [UInt8](repeating: 0, count: position - bytes.count) }
        let overwritten = min(new.count, bytes.count - position)
        bytes.replaceSubrange(position..<position + overwritten, with: new)
    }
}

/// Encoded audio on its way into a file, gathered into blocks, because an encoder of compressed audio writes a
/// hundred bytes at a time.
final class FileSink: VirtualFile {
    private let file: OpenFile
    /// Asked before the file grows; refuses by throwing `AudioError.full`.
    private let reserve: (_ bytes: Int) throws(AudioError) -> Void
    private var pending: [UInt8] = []
    private var pendingStart = 0
    private var end = 0

    private static let blockBytes = 65536

    init(_ file: OpenFile, reserve: @escaping (_ bytes: Int) throws(AudioError) -> Void) {
        self.file = file
        self.reserve = reserve
    }

    override var length: Int { end }

    override func read(into destination: UnsafeMutableRawBufferPointer) throws(AudioError) -> Int {
        try flush()
        return try file.read(at: position, into: destination)
    }

    override func write(_ bytes: UnsafeRawBufferPointer) throws(AudioError) {
        let newEnd = position + bytes.count
        if newEnd > end {
            try reserve(newEnd - end)
            end = newEnd
        }
        if position != pendingStart + pending.count || pending.count + bytes.count > Self.blockBytes { try flush() }
        if bytes.count >= Self.blockBytes {
            try file.write(bytes, at: position)
        } else {
            if pending.isEmpty { pendingStart = position }
            pending += bytes
        }
    }

    /// Hands everything written so far to the system.
    func flush() throws(AudioError) {
        guard !pending.isEmpty else { return }
        try file.write(pending, at: pendingStart)
        pending.removeAll(keepingCapacity: true)
    }
}
