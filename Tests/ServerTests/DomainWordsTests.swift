import Foundation
import Testing

/// The domain belongs to no interface: a new one edits nothing there.
@Suite struct DomainWordsTests {
    @Test func noVendorIsNamedInTheDomain() throws {
        try eachLine(of: "Voicemail", atLeast: 50) { place, line in
            let isNamed = line.contains(/(?i)kazoo|yeastar|openvox|[ps]_?-?series|vendor|crossbar|nodomain/)
            #expect(!isNamed, "\(place): \(line)")
        }
    }

    /// What a key of a stored document means is a property of its noun.
    @Test(arguments: ["KazooAPI", "YeastarPSeriesAPI", "YeastarSSeriesAPI", "Web", "Telephone", "Notifications", "RecordingIntake", "aftertone"])
    func nobodyReadsStoredKeysOutsideTheDomain(_ module: String) throws {
        try eachLine(of: module, atLeast: 5) { place, line in
            let isRead = line.contains(/\.published\["|\b(reader|writer)\.documents?\(/)
            #expect(!isRead, "\(place): \(line)")
        }
    }

    private func eachLine(of module: String, atLeast count: Int, _ look: (_ place: String, _ line: Substring) -> Void) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let directory = root.appending(path: "Sources/" + module).path
        let files = try FileManager.default.subpathsOfDirectory(atPath: directory).filter { $0.hasSuffix(".swift") }
        #expect(files.count >= count)
        for file in files {
            let text = try String(contentsOfFile: directory + "/" + file, encoding: .utf8)
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                look("Sources/\(module)/\(file):\(number + 1)", line)
            }
        }
    }
}
