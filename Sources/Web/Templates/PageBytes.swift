import NIOCore

/// A page as it is written. It is put together from hundreds of pieces, most of a few bytes, so adding one is a comparison and a copy, and no more.
struct PageBytes: ~Copyable {
    private var base: UnsafeMutableRawPointer
    private var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        base = .allocate(byteCount: capacity, alignment: 1)
    }

    deinit { base.deallocate() }

    mutating func append(_ piece: UnsafeRawBufferPointer) {
        guard let source = piece.baseAddress else { return }
        if capacity - count < piece.count { grow(by: piece.count) }
        (base + count).copyMemory(from: source, byteCount: piece.count)
        count += piece.count
    }

    private mutating func grow(by more: Int) {
        capacity = max(2 * capacity, count + more)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 1)
        larger.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = larger
    }

    var buffer: ByteBuffer { ByteBuffer(bytes: UnsafeRawBufferPointer(start: base, count: count)) }
}
