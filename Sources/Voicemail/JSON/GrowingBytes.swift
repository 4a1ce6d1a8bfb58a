import NIOCore

/// Bytes that only grow at their end, owned by one writer: no check of who else holds them at each byte, which is
/// what most of writing a listing into a `ByteBuffer` went into. A page of the web is put together from hundreds of pieces in the same way.
///
/// Safe because the memory is private, freed once (the type cannot be copied), and every write first makes room
/// for all of it.
public struct GrowingBytes: ~Copyable {
    @usableFromInline var start: UnsafeMutableRawPointer
    @usableFromInline var capacity: Int
    @usableFromInline var count = 0

    @inlinable public init(capacity: Int) {
        self.capacity = max(64, capacity)
        start = .allocate(byteCount: self.capacity, alignment: 8)
    }

    deinit { start.deallocate() }

    @inlinable public mutating func append(_ byte: UInt8) {
        makeRoom(for: 1)
        start.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    @inlinable public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
        makeRoom(for: bytes.count)
        (start + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    @inlinable public mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// A buffer with the same bytes.
    public borrowing func copied() -> ByteBuffer {
        ByteBuffer(bytes: UnsafeRawBufferPointer(start: start, count: count))
    }

    @inlinable mutating func makeRoom(for more: Int) {
        if count + more > capacity { grow(to: count + more) }
    }

    @usableFromInline mutating func grow(to needed: Int) {
        capacity = max(needed, capacity * 2)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        larger.copyMemory(from: start, byteCount: count)
        start.deallocate()
        start = larger
    }
}
