/// The four-byte header of an MPEG audio frame, layer III (ISO/IEC 11172-3 section 2.4.1.3 and 13818-3).
struct MPEGFrame: Equatable {
    enum Version {
        case mpeg1, mpeg2, mpeg25
    }

    let version: Version
    let sampleRate: Int
    let channels: Int
    /// The whole frame, header included.
    let byteCount: Int
    private let hasChecksum: Bool

    private static let bitrates1 = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
    private static let bitrates2 = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]

    /// - Returns: nil unless the four bytes are a header of layer III with a stated bit rate.
    init?(_ header: some Collection<UInt8>) {
        let bits = header.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard header.count >= 4, bits >> 21 == 0x7FF, bits >> 17 & 3 == 1 else { return nil }
        switch bits >> 19 & 3 {
        case 3: version = .mpeg1
        case 2: version = .mpeg2
        case 0: version = .mpeg25
        default: return nil
        }
        let bitrateIndex = Int(bits >> 12 & 15)
        let rateIndex = Int(bits >> 10 & 3)
        // Index 0 is "free format", which no encoder of speech writes; emphasis 2 is reserved.
        guard (1...14).contains(bitrateIndex), rateIndex < 3, bits & 3 != 2 else { return nil }
        let rate = [44100, 48000, 32000][rateIndex]
        sampleRate = version == .mpeg1 ? rate : version == .mpeg2 ? rate / 2 : rate / 4
        let bitrate = (version == .mpeg1 ? Self.bitrates1 : Self.bitrates2)[bitrateIndex - 1] * 1000
        byteCount = (version == .mpeg1 ? 144 : 72) * bitrate / sampleRate + Int(bits >> 9 & 1)
        channels = bits >> 6 & 3 == 3 ? 1 : 2
        hasChecksum = bits >> 16 & 1 == 0
    }

    /// Whether `next` can belong to the same stream; encoders change bit rate and the way two channels are coded on the way.
    func isFollowed(by next: MPEGFrame) -> Bool {
        version == next.version && sampleRate == next.sampleRate && channels == next.channels
    }

    /// Where the frame's main data starts, which is where an info frame has its word.
    var mainDataOffset: Int {
        let sideInformation =
            switch (version, channels) {
            case (.mpeg1, 2): 32
            case (.mpeg1, _), (_, 2): 17
            default: 9
            }
        return 4 + (hasChecksum ? 2 : 0) + sideInformation
    }
}
