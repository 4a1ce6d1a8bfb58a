import NIOCore

/// Bytes in memory, in the pieces they came in.
///
/// A buffer that is mostly full is kept as it is. One of which only a part is ours (a slice of what came
/// from a socket) is copied, or a slow client's single bytes would each hold on to a whole socket buffer.
public struct GatheredBytes: Sendable {
    public private(set) var pieces: [ByteBuffer] = []
    /// Where each piece ends.
    private var ends: [Int] = []
    private var lastIsCopy = false

    /// Below this many bytes copying costs less than one more piece.
    private static let worthKeeping = 4096

    public init() {}

    public var count: Int { ends.last ?? 0 }

    public mutating func append(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        let end = count + bytes.readableBytes
        let isKept = bytes.readableBytes >= Self.worthKeeping && bytes.readableBytes >= bytes.storageCapacity / 2
        if !isKept, lastIsCopy {
            pieces[pieces.count - 1].writeImmutableBuffer(bytes)
            ends[ends.count - 1] = end
        } else {
            pieces.append(isKept ? bytes : ByteBuffer(bytes: bytes.readableBytesView))
            ends.append(end)
            lastIsCopy = !isKept
        }
    }

    /// Gives the pieces away and begins anew.
    public mutating func take() -> [ByteBuffer] {
        defer { self = GatheredBytes() }
        return pieces
    }

    /// The first piece that ends behind a place: a file of some megabytes is read in small pieces from as many.
    private func piece(of offset: Int) -> Int {
        var low = 0, high = ends.count
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] > offset { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Copies the bytes from `offset` on until `destination` is full or there are no more.
    /// - Returns: how many.
    public func copy(from offset: Int, to destination: UnsafeMutableRawBufferPointer) -> Int {
        guard offset >= 0, offset < count else { return 0 }
        var copied = 0
        var index = piece(of: offset)
        while index < pieces.count, copied < destination.count {
            pieces[index].withUnsafeReadableBytes { bytes in
                let start = offset + copied - (ends[index] - bytes.count)
                let part = bytes[start...].prefix(destination.count - copied)
                UnsafeMutableRawBufferPointer(rebasing: destination[copied...]).copyMemory(from: UnsafeRawBufferPointer(rebasing: part))
                copied += part.count
            }
            index += 1
        }
        return copied
    }
}
