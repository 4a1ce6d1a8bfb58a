import Testing

@testable import HTTPFront

@Suite struct ByteRangeTests {
    /// K§7.9, with `abcdefg` as the body, and K§12-42.
    @Test(arguments: [
        ("bytes=0-0", 0..<1), ("bytes=1-3", 1..<4), ("bytes=6-6", 6..<7), ("bytes=5-6", 5..<7), ("bytes=3-", 3..<7), ("bytes=6-", 6..<7),
        ("bytes=0-", 0..<7), ("BYTES = 1-3 ", 1..<4),
    ])
    func kazooGivesAPart(_ header: String, _ range: Range<Int>) {
        #expect(ByteRange(header, size: 7, policy: .kazoo) == .part(range))
    }

    @Test(arguments: [
        nil, "", "bytes=", "bytes=0-6", "bytes=0-9", "bytes=3-9", "bytes=7-7", "bytes=7-", "bytes=-3", "bytes=-0", "bytes=0-0,2-3",
        "bytes=3-1", "bytes=a-b", "bytes=1", "items=0-1", "bytes 0-1", "bytes=+1-2", "bytes=1--2", "bytes=0x1-2",
        "bytes=99999999999999999999-", "bytes=0-99999999999999999999", "bytes=0-9223372036854775807",
        "bytes=9223372036854775807-9223372036854775807",
    ])
    func kazooGivesEverything(_ header: String?) {
        #expect(ByteRange(header, size: 7, policy: .kazoo) == .whole)
    }

    @Test(arguments: [
        ("bytes=0-0", 0..<1), ("bytes=0-6", 0..<7), ("bytes=0-9", 0..<7), ("bytes=3-9", 3..<7), ("bytes=3-", 3..<7), ("bytes=0-", 0..<7),
        ("bytes=-3", 4..<7), ("bytes=-7", 0..<7), ("bytes=-99", 0..<7), ("bytes=0-99999999999999999999", 0..<7),
        ("bytes=0-9223372036854775806", 0..<7), ("bytes=0-9223372036854775807", 0..<7), ("bytes=-9223372036854775807", 0..<7),
        ("bytes=0-9223372036854775808", 0..<7),
    ])
    func standardGivesAPart(_ header: String, _ range: Range<Int>) {
        #expect(ByteRange(header, size: 7, policy: .standard) == .part(range))
    }

    @Test(arguments: [
        "bytes=7-", "bytes=7-9", "bytes=-0", "bytes=99999999999999999999-", "bytes=9223372036854775807-",
        "bytes=9223372036854775807-9223372036854775807",
    ])
    func standardHasNothingBeyondTheEnd(_ header: String) {
        #expect(ByteRange(header, size: 7, policy: .standard) == .unsatisfiable)
    }

    @Test(arguments: [nil, "", "bytes=3-1", "bytes=a-b", "bytes=0-1,3-4", "items=0-1", "bytes=-"])
    func standardIgnoresWhatItNeedNotHonour(_ header: String?) {
        #expect(ByteRange(header, size: 7, policy: .standard) == .whole)
    }

    @Test func anEmptyRepresentationHasNoParts() {
        #expect(ByteRange("bytes=0-", size: 0, policy: .standard) == .unsatisfiable)
        #expect(ByteRange("bytes=-1", size: 0, policy: .standard) == .unsatisfiable)
        #expect(ByteRange("bytes=0-", size: 0, policy: .kazoo) == .whole)
    }

    @Test func theContentRangeSaysWhatIsSent() {
        #expect(ByteRange.part(1..<4).contentRange(of: 7) == "bytes 1-3/7")
        #expect(ByteRange.unsatisfiable.contentRange(of: 7) == "bytes */7")
        #expect(ByteRange.whole.contentRange(of: 7) == nil)
    }

    @Test(arguments: 0..<200)
    func anyHeaderStaysWithinTheBytes(_ seed: UInt64) {
        var random = Seeded(seed)
        let crumbs = ["bytes", "=", "-", "0", "9", "12", ",", " ", "99999999999999999999", "x"]
        let header = "bytes=" + (0..<4).map { _ in crumbs.randomElement(using: &random) ?? "" }.joined()
        for size in [0, 1, 10, 13] {
            for policy in [ByteRange.Policy.standard, .kazoo] {
                if case .part(let range) = ByteRange(header, size: size, policy: policy) {
                    #expect(!range.isEmpty && range.lowerBound >= 0 && range.upperBound <= size)
                }
            }
        }
    }
}
