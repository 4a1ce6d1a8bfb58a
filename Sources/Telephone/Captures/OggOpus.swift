import COgg
import SIP

/// Puts packets of Opus into an Ogg file as they are (RFC 7845).
enum OggOpus {
    /// Units of 48,000 a second at the beginning that are not to be heard (RFC 7845 §4.2). None: the recording begins in the middle of a stream, and what a
    /// decoder does not yet know of it is heard as less than a click.
    private static let beginning = 0
    /// Packets of a page: about a second of sound.
    private static let packetsOfPage = 50

    /// Nobody has memory for it.
    struct NoMemory: Error {}

    /// - Parameter write: is given one page after the other.
    static func write(_ sound: CapturedSound, serial: UInt32 = .random(in: 0...(.max)), to write: ([UInt8]) async throws -> Void) async throws {
        let stream = try Stream(serial: serial)
        stream.add(head, granule: 0, isFirst: true)
        for page in stream.pages() { try await write(page) }
        stream.add(tags, granule: 0)
        for page in stream.pages() { try await write(page) }
        var granule = 0, inPage = 0
        let packets = OpusPacket.split(sound.bytes)
        for (index, packet) in packets.enumerated() {
            granule += (OpusPacket.ticks(packet) ?? 0) * OpusPacket.unitsInTick
            stream.add(Array(packet), granule: granule, isLast: index == packets.count - 1)
            inPage += 1
            guard inPage == packetsOfPage || index == packets.count - 1 else { continue }
            inPage = 0
            for page in stream.pages() { try await write(page) }
        }
    }

    /// Version, channels, the beginning, a rate that is only told, no gain, one stream (RFC 7845 §5.1).
    private static let head = Array("OpusHead".utf8) + [1, 1] + little(beginning, 2) + little(48_000, 4) + little(0, 2) + [0]
    /// The encoder's name, and no comments (RFC 7845 §5.2).
    private static let tags = Array("OpusTags".utf8) + little(maker.count, 4) + maker + little(0, 4)
    private static let maker = Array("Aftertone".utf8)

    private static func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    /// One logical stream of libogg.
    private final class Stream {
        private let state = UnsafeMutablePointer<ogg_stream_state>.allocate(capacity: 1)
        private var number: ogg_int64_t = 0

        init(serial: UInt32) throws(NoMemory) {
            state.initialize(to: ogg_stream_state())
            guard ogg_stream_init(state, Int32(bitPattern: serial)) == 0 else { throw NoMemory() }
        }

        deinit {
            ogg_stream_clear(state)
            state.deallocate()
        }

        /// - Parameter granule: of its last sample.
        func add(_ bytes: [UInt8], granule: Int, isFirst: Bool = false, isLast: Bool = false) {
            var bytes = bytes
            bytes.withUnsafeMutableBufferPointer { buffer in
                var packet = ogg_packet(
                    packet: buffer.baseAddress, bytes: buffer.count, b_o_s: isFirst ? 1 : 0, e_o_s: isLast ? 1 : 0, granulepos: ogg_int64_t(granule),
                    packetno: number)
                // libogg copies it.
                ogg_stream_packetin(state, &packet)
            }
            number += 1
        }

        /// All that was added since the last ones.
        func pages() -> [[UInt8]] {
            var pages: [[UInt8]] = [], page = ogg_page()
            while ogg_stream_flush(state, &page) != 0 {
                pages.append(
                    Array(UnsafeBufferPointer(start: page.header, count: page.header_len)) + Array(UnsafeBufferPointer(start: page.body, count: page.body_len)))
            }
            return pages
        }
    }
}
