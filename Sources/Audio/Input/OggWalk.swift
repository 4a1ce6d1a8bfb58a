import Voicemail

/// All pages of an Ogg file, sorted by the links of its chain. A link begins with a page that says so, also where it bears the
/// serial number of the one before.
struct OggWalk {
    /// The stretches of the file that hold good pages of one stream of sound.
    struct Link {
        let head: OggHead
        fileprivate let serial: UInt32
        fileprivate var headers: OggHeaders
        fileprivate var latest: Int64 = 0
        fileprivate var nextSequence: UInt32
        fileprivate(set) var ranges: [Range<Int>] = []
    }

    /// Those whose headers are whole.
    private(set) var links: [Link] = []
    /// Whether pages that should have been sound were left out.
    private(set) var isIncomplete = false
    private var current: Link?
    private var pieces = 0
    /// Those whose bodies alone are read.
    private var pages = 0

    /// The last time stamp believed: 2^47 samples are decades at any rate.
    private static let mostSamples: Int64 = 1 << 47
    /// More pieces than this is not a damaged recording but an attack on the reader.
    private static let mostPieces = 1024
    /// Four hours of FLAC at 192 kHz, a page each frame.
    private static let mostPages = 1 << 20

    /// - Parameter limit: bytes to look at.
    init(_ source: ByteSource, upTo limit: Int = .max) throws(AudioError) {
        let end = min(limit, source.size)
        var offset = 0
        // Overlapping fake pages would have the same bytes summed again and again; an honest file is summed once.
        var checked = 0
        while offset < end {
            guard checked <= 2 * end, pieces <= Self.mostPieces, pages <= Self.mostPages else {
                isIncomplete = true
                break
            }
            guard let page = try OggPage(in: source, at: offset, checked: &checked) else {
                if try source.bytes(at: offset, count: 4).hasText("OggS") { isIncomplete = true }
                // Headers are whole and without a gap, or no headers.
                if let link = current, !link.headers.areComplete { drop() }
                offset = try source.firstOffset(of: "OggS", from: offset + 1, before: end) ?? end
                continue
            }
            offset = page.range.upperBound
            if page.isFirst { try begin(page, source) }
            try add(page, source)
        }
        close()
    }

    private mutating func begin(_ page: OggPage, _ source: ByteSource) throws(AudioError) {
        // Streams that begin together: the first one of sound is heard.
        if let current, !current.headers.areComplete, current.serial != page.serial { return }
        guard let head = try OggHead(page, in: source), head.isTaken else {
            isIncomplete = isIncomplete || current != nil
            return
        }
        close()
        current = Link(head: head, serial: page.serial, headers: OggHeaders(head.codec), nextSequence: page.sequence)
    }

    private mutating func add(_ page: OggPage, _ source: ByteSource) throws(AudioError) {
        guard var link = current, page.serial == link.serial else { return }
        // Only where a packet ends does the time stamp mean anything, and then it must be there.
        guard !page.endsPacket || (link.latest...Self.mostSamples).contains(page.granule) else {
            isIncomplete = true
            if !link.headers.areComplete { drop() }
            return
        }
        if page.endsPacket { link.latest = page.granule }
        if page.sequence != link.nextSequence { isIncomplete = true }
        link.nextSequence = page.sequence &+ 1
        do {
            if !link.headers.areComplete { try link.headers.add(page, from: source) }
        } catch .undecodable {
            return drop()
        }
        if link.head.codec == .flac {
            // A frame a packet: their bodies together are FLAC as it is without Ogg.
            if link.headers.areComplete {
                link.ranges.append(page.bodyStart..<page.range.upperBound)
                pages += 1
            }
        } else if let last = link.ranges.last, last.upperBound == page.range.lowerBound {
            link.ranges[link.ranges.count - 1] = last.lowerBound..<page.range.upperBound
        } else {
            link.ranges.append(page.range)
            pieces += 1
        }
        current = link
    }

    /// Takes the link that is open as whole.
    private mutating func close() {
        guard let link = current else { return }
        if link.headers.areComplete { links.append(link) } else { isIncomplete = true }
        current = nil
    }

    /// Without its headers a link is nothing.
    private mutating func drop() {
        current = nil
        isIncomplete = true
    }
}
