import HTTPTypes
import Server
import Synchronization
import TestKit
import Testing
import Voicemail

@testable import YeastarPSeriesAPI

/// Whatever a client sends, the answer is JSON with status 200, foreseen, and the server goes on (P§2.5, P§2.7).
@Suite struct HostileInputTests {
    private static let values = [
        "", "0", "1", "-1", "3200", "6300", "9999", "999999999999999999999", "-9223372036854775808", "9223372036854775807", "1e9", "NaN", "null", "true",
        "../../etc/passwd", "..\\..\\x.wav", "a.wav", "/D:/greeting/vm_away.wav", "msg0000.wav", "1463000000-00000001", "1463000000-ffffffffffffffff",
        "2024111913594421D77", "01/12/2022 17:36:24", "13/45/2022 99:99:99", "1642008984", "asc", "id", "tts", "vm_pin", "force", "follow_system",
        "'; DROP TABLE document; --", "<script>", "\u{0}", "a\u{0}b", "\u{202E}", "\u{1F4DE}", "%00", "%", "+", ",", ",,1,", "1,2,3", "\r\nX-Y: z", "{}", "[]",
        String(repeating: "9", count: 400), String(repeating: "é", count: 300),
    ]
    private static let names = [
        "number", "extension", "file", "id", "ids", "msg_id", "uid", "page", "page_size", "sort_by", "order_by", "start_time", "end_time", "caller", "callee",
        "owner", "recorder", "vm_status", "vm_from_number", "vm_to_number", "search_value", "type", "text", "language", "asr_manufacturer", "speed",
        "channel_id", "status", "call_type", "first_name", "last_name", "email_addr", "vm_pin", "enb_vm", "presence_status", "presence_list", "vm_greeting",
        "new_vm_notify", "is_check", "refresh_token", "username", "password",
    ]

    private static func json(_ depth: Int, _ random: inout SeededRandom) -> JSON {
        switch Int.random(in: 0..<(depth > 2 ? 6 : 8), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .int([0, 1, -1, 101, Int.max, Int.min].randomElement(using: &random) ?? 0)
        case 3: return .double([0.5, 1e300, -0.0].randomElement(using: &random) ?? 0)
        case 4, 5: return .string(values.randomElement(using: &random) ?? "")
        case 6: return .array((0..<Int.random(in: 0...3, using: &random)).map { _ in json(depth + 1, &random) })
        default: return .object(["status": json(depth + 1, &random), "x": json(depth + 1, &random)])
        }
    }

    private func check(_ answer: JSON, _ what: String) {
        #expect(answer.code != nil && answer.code != -2, "\(what) answers \(answer.encoded.prefix(300))")
    }

    @Test("Random queries and bodies at every endpoint")
    func everyEndpoint() async throws {
        try await PSeriesWorld.run { world in
            try await world.leave()
            _ = try await world.upload("a.wav", WAV.silence(milliseconds: 100))
            try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2"))
            var random = SeededRandom(seed: 2026)
            for endpoint in PSeriesEndpoint.allCases where !endpoint.isPublic && endpoint != .deleteToken && !endpoint.takesFile {
                for _ in 0..<20 {
                    let picked = (0..<Int.random(in: 1...8, using: &random)).map { _ in Self.names.randomElement(using: &random) ?? "" }
                    if endpoint.method == .get {
                        let query = picked.map { ($0, Self.values.randomElement(using: &random) ?? "") }
                        let path = PSeriesWorld.path(endpoint.rawValue, [("access_token", world.token)] + query)
                        check(try await world.raw("GET", path), path)
                    } else {
                        let body = JSONObject(picked.map { ($0, Self.json(0, &random)) }, uniquingKeysWith: { $1 })
                        check(try await world.post(endpoint.rawValue, .object(body)), endpoint.rawValue + " " + JSON.object(body).encoded)
                    }
                }
            }
            #expect(try await world.get("system/information").code == 0)
        }
    }

    @Test("Random bytes and broken pieces as uploads: nothing is stored by halves")
    func uploads() async throws {
        try await PSeriesWorld.run { world in
            var random = SeededRandom(seed: 7)
            let whole = PSeriesWorld.body([.field("owner", "3200"), .field("is_check", "force"), .file("a.wav", WAV.silence(milliseconds: 50))])
            let path = PSeriesWorld.path("extension_vm_greeting/upload", [("access_token", world.token)])
            for _ in 0..<150 {
                var bytes = whole
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let at = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                    case 1: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...40, using: &random)))
                    default: bytes.insert(contentsOf: bytes[..<min(at, 60)], at: at)
                    }
                    if bytes.isEmpty { bytes = [0] }
                }
                let answer = try await world.raw("POST", path, bytes, headers: ["Content-Type": "multipart/form-data; boundary=" + PSeriesWorld.boundary])
                check(answer, "an upload")
            }
            let names = try await world.greetingNames()
            let seen = Mutex(0)
            await world.service.housekeeping.collectGarbage()
            try await world.service.archive.list { _, _ in seen.withLock { $0 += 1 } }
            let others = try await world.get("extension_vm_greeting/list", ["extension": "3201"])["total_number"]?.int ?? 0
            #expect(seen.withLock { $0 } == names.count + others)
            for name in names {
                let file = try await world.fetch(world.get("extension_vm_greeting/download", ["extension": "3200", "file": name]))
                #expect(file.status == 200 && file["Content-Type"]?.hasPrefix("audio/") == true)
            }
        }
    }

    @Test("Random names behind /api/download are unknown links, whatever they look like")
    func links() async throws {
        try await PSeriesWorld.run { world in
            for value in Self.values + ["PBX-Voicemail-83.23.0.123-download-20240423160019-3nHw52nGalosEJ62.wav", "a/b", ".", ".."] {
                let name = PSeriesWorld.encoded(value)
                let answer = try await world.server.send("GET", "/api/download/\(name)?access_token=\(world.token)")
                #expect(answer.status == 200 || answer.status == 404)
                #expect(answer.status == 404 || [60001, 10001].contains(answer.json.code), "\(value.debugDescription) \(answer.status)")
            }
        }
    }

    @Test("More than the installation takes of anything is too large a file, also when only announced")
    func announced() async throws {
        try await PSeriesWorld.run { world in
            let path = PSeriesWorld.path("extension_vm_greeting/upload", [("access_token", world.token)])
            let answer = try await world.server.exchange(
                "POST \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 99999999999\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK") && answer.contains("{\"errcode\":40004,\"errmsg\":\"FILE SIZE EXCEEDED\"}"), "\(answer)")
        }
    }
}
