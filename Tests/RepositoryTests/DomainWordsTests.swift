import Foundation
import Testing
import Voicemail

/// The domain belongs to no interface: a new one edits nothing there.
@Suite struct DomainWordsTests {
    @Test func noVendorIsNamedInTheDomain() throws {
        try eachLine(of: "Voicemail", atLeast: 50, with: ["kazoo", "yeastar", "openvox", "series", "vendor", "crossbar", "nodomain"], ignoringCase: true) {
            place, line in
            let isNamed = line.contains(/(?i)kazoo|yeastar|openvox|[ps]_?-?series|vendor|crossbar|nodomain/)
            #expect(!isNamed, "\(place): \(line)")
        }
    }

    /// What a key of a stored document means is a property of its noun.
    @Test(arguments: ["KazooAPI", "YeastarPSeriesAPI", "YeastarSSeriesAPI", "Web", "Telephone", "Notifications", "RecordingIntake", "aftertone"])
    func nobodyReadsStoredKeysOutsideTheDomain(_ module: String) throws {
        try eachLine(of: module, atLeast: 5, with: [".published[", ".document"]) { place, line in
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
        let words = ["AttributeChange", ".patch(", ".replace(", "id: nil", ".create([", "Schema.", "iolation"] + owned.map { "\"\($0)\"" }
        try eachLine(of: module, atLeast: 3, with: words) { place, line in
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

    private func eachLine(
        of module: String, atLeast count: Int, with words: [String], ignoringCase: Bool = false, _ look: (_ place: String, _ line: Substring) -> Void
    ) throws {
        let files = try Repository.files(below: "Sources/" + module)
        #expect(files.count >= count)
        for file in files { try Repository.eachLine(of: file, with: words, ignoringCase: ignoringCase) { look($0.place, $0.text) } }
    }
}
