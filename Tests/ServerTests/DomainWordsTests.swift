import Foundation
import Testing

/// The domain belongs to no interface: a new one edits nothing there.
@Suite struct DomainWordsTests {
    @Test func noVendorIsNamedInTheDomain() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let domain = root.appending(path: "Sources/Voicemail").path
        let files = try FileManager.default.subpathsOfDirectory(atPath: domain).filter { $0.hasSuffix(".swift") }
        #expect(files.count > 50)
        for file in files {
            let text = try String(contentsOfFile: domain + "/" + file, encoding: .utf8)
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let isNamed = line.contains(/(?i)kazoo|yeastar|openvox|[ps]_?-?series|vendor/)
                #expect(!isNamed, "Sources/Voicemail/\(file):\(number + 1): \(line)")
            }
        }
    }
}
