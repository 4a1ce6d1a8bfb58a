import Foundation
import Testing
import Voicemail

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

    /// Documents are what clients of one interface write; the others, the pages and the commands say what they set by properties of settings, and
    /// read from a refusal which setting it is about.
    @Test(arguments: [
        "YeastarPSeriesAPI", "YeastarSSeriesAPI", "Web", "Telephone", "SIP", "Notifications", "RecordingIntake", "HTTPFront", "Delivery", "Server", "aftertone",
    ])
    func nobodyWritesStoredKeysOutsideTheDomain(_ module: String) throws {
        let owned = Setting.allCases.map(\.rawValue).filter { $0.contains("_") }
        #expect(owned.count > 15)
        try eachLine(of: module, atLeast: 3) { place, line in
            let isWritten = line.contains(/\bAttributeChange\b|\.(patch|replace)\(|\bid: nil, (group|claim|keeping|in):|\.create\(\[|\bSchema\.\w/)
            #expect(!isWritten, "\(place): \(line)")
            let isWorded = line.contains(/violations?\b.*\.path\b(?!\.joined)/)
            #expect(!isWorded, "\(place): \(line)")
            guard !Self.hasWordsOfItsOwn(module) else { return }
            let isNamed = owned.contains { line.contains("[\"\($0)\"]") || line.contains("\"\($0)\":") }
            #expect(!isNamed, "\(place): \(line)")
        }
    }

    /// Contracts, and what the words of a mail may name, have keys that happen to be the same.
    private static func hasWordsOfItsOwn(_ module: String) -> Bool { module.hasPrefix("Yeastar") || module == "Notifications" }

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
