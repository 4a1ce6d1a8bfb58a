import NIOCore
import Synchronization

/// The inbound half of one connection, readable by whichever task has the turn: the connection's own, or the one in which
/// a dialect reads a body.
///
/// Safe to share although the iterator is not: it is private, and only touched between a successful exchange of
/// `busy` from false to true (acquiring) and the store of false (releasing), so never by two tasks at once.
final class PartReader: @unchecked Sendable {
    typealias Part = RequestPart

    private var iterator: NIOAsyncChannelInboundStream<Part>.AsyncIterator
    private let busy = Atomic(false)

    init(_ stream: NIOAsyncChannelInboundStream<Part>) {
        iterator = stream.makeAsyncIterator()
    }

    /// The next part; nil when the client has closed its side between two messages.
    /// - Throws: `BodyError.unavailable` while another task reads, else what the channel reports.
    func next() async throws -> Part? {
        guard busy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
            throw BodyError.unavailable
        }
        defer { busy.store(false, ordering: .releasing) }
        return try await iterator.next()
    }
}
