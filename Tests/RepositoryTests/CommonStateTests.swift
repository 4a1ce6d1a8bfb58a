import Foundation
import Testing

/// Servers of one process have nothing in common that an answer depends on, so that several of them in one test (`ManyServers`) are to each other as
/// processes are.
@Suite struct CommonStateTests {
    /// Ids of requests that were given none, which only have to differ; and forms of dates and of page templates that follow from their keys alone.
    private static let harmless: Set<String> = [
        "HTTPFront/Request/RequestID.swift drawn", "Notifications/WrittenDates.swift formatters", "Web/ShownTimes.swift written",
        "Web/Templates/ValueName.swift numbers",
    ]

    @Test("What servers of one process share decides nothing")
    func nothingIsShared() throws {
        let modules = [
            "Voicemail", "StoredRows", "PostgresStore", "SQLiteStore", "S3Archive", "FileArchive", "HTTPFront", "KazooAPI", "YeastarPSeriesAPI",
            "YeastarSSeriesAPI", "RecordingIntake", "Web", "Notifications", "Delivery", "Server", "Waiting",
        ]
        var found: Set<String> = []
        for module in modules {
            let files = try Repository.files(below: "Sources/" + module)
            #expect(!files.isEmpty)
            for file in files {
                try Repository.eachLine(of: file, with: ["static"]) { line in
                    // Values that a task has for itself are not shared.
                    guard !line.text.contains("@TaskLocal"), let name = Self.state(in: line.text) else { return }
                    found.insert("\(file.trimmingPrefix("Sources/")) \(name)")
                }
            }
        }
        #expect(found == Self.harmless)
    }

    /// The name of a stored static property that can change; nil for any other line.
    private static func state(in line: Substring) -> Substring? {
        if let variable = line.firstMatch(of: /\bstatic var (\w+)[^{]*$/) { return variable.1 }
        return line.firstMatch(of: /\bstatic let (\w+)\b.*\b(Mutex|Atomic|NIOLockedValueBox|ManagedAtomic)\b/)?.1
    }

    private static let lines: [(String, String?)] = [
        ("    static var alive: [Int] = [:]", "alive"), ("    private static let drawn = Atomic<UInt64>(0)", "drawn"),
        ("    static let a: Mutex<Int> = .init(0)", "a"),
        ("    static var seconds: Double {", nil), ("    static let perWebhook = 50", nil), ("    private let kept = Mutex(0)", nil),
    ]

    @Test(arguments: lines)
    func whatChangesIsSeen(_ line: String, _ name: String?) { #expect(Self.state(in: line[...]).map(String.init) == name) }
}
