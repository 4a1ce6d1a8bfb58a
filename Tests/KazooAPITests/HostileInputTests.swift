import Server
import TestKit
import Testing
import Voicemail

/// Hostile text in every text field comes back as it went in, and does nothing on the way (promise 5).
@Suite struct HostileInputTests {
    static let names = [
        "../../etc/passwd", "a\r\nX-Evil: 1", "nul\u{0}byte", "quotes\"'`\\", "\u{202E}gnp.exe", "\u{1F4DE}\u{10FFFF}", "<script>alert(1)</script>",
        "=HYPERLINK(\"x\")", "'; DROP TABLE message; --", "%00%2e%2e", "\u{FEFF}\u{200B}", "\u{85}\u{2028}", "a\u{0301}\u{0301}",
    ]

    @Test(arguments: names) func textsAreLabels(_ text: String) async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let label = JSON.string(text)
            let box = try await server.send(
                "PUT", world.accountPath + "/vmboxes", token: world.token, data: ["name": label, "mailbox": label, "k": ["deep": label]])
            #expect(box.status == 201, "\(box.text)")
            let path = world.accountPath + "/vmboxes/" + (box.data["id"]?.string ?? "")
            expect(try await server.send("GET", path, token: world.token).data, contains: ["name": label, "mailbox": label, "k": ["deep": label]])
            let message = try await server.send(
                "PUT", path + "/messages", token: world.token,
                data: [
                    "caller_id_name": label, "caller_id_number": label, "from": label, "to": label, "call_id": label,
                ])
            #expect(message.status == 201, "\(message.text)")
            let one = path + "/messages/" + (message.data["media_id"]?.string ?? "")
            _ = try await server.send(
                "PUT", one + "/raw?filename=x", headers: ["Content-Type": "audio/wav"], token: world.token, body: Sounds.wav(milliseconds: 10))
            let listed = try await server.send("GET", path + "/messages", token: world.token)
            expect(listed.data.array?.first ?? .null, contains: ["caller_id_name": label, "caller_id_number": label, "call_id": label])
            let raw = try await server.send("GET", one + "/raw", token: world.token)
            #expect(raw.status == 200)
            #expect(raw["X-Evil"] == nil)
            #expect(raw["Content-Disposition"]?.utf8.allSatisfy { (0x20...0x7E).contains($0) } == true)
            let zip = try await server.send("POST", path + "/messages/raw", token: world.token, data: ["messages": .array([message.data["media_id"] ?? .null])])
            #expect(try ZipReader.entries(zip.bytes).allSatisfy { !$0.name.contains("/") && !$0.name.contains("\\") && !$0.name.contains("\u{0}") })
            let csv = try await server.send("GET", path + "/messages?accept=csv", token: world.token)
            #expect(!csv.text.contains("\n=") && !csv.text.contains(",="))
            for data: JSON in [["name": label], ["name": label, "language": label]] {
                #expect(try await server.send("PUT", world.accountPath + "/media", token: world.token, data: data).status == 201)
            }
            let user = try await server.send(
                "PUT", world.accountPath + "/users", token: world.token, data: ["first_name": label, "last_name": label, "username": label, "password": label])
            #expect(user.status == 201)
            expect(user.data, contains: ["first_name": label, "username": label])
            #expect(try await server.send("PUT", world.accountPath, token: world.token, data: ["name": label]).status == 201)
        }
    }

    @Test func idsInPathsAreNeverPaths() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            for id in ["..%2F..%2Fetc%2Fpasswd", "%00", "'%20OR%201=1", "..", ".", "%2e%2e", "a%0d%0ab", String(repeating: "9", count: 4000)] {
                for path in [
                    "/vmboxes/\(id)", "/vmboxes/\(id)/messages/x/raw", "\(world.boxPath.dropFirst(world.accountPath.count))/messages/\(id)", "/media/\(id)/raw",
                    "/users/\(id)",
                ] {
                    let answer = try await server.send("GET", world.accountPath + path, token: world.token)
                    #expect([400, 404].contains(answer.status), "\(path): \(answer.status)")
                    #expect(answer["Content-Type"] == "application/json", "\(path): \(answer.text)")
                }
            }
        }
    }

    /// Bytes that are no UTF-8 cannot be sent by every client, so this one writes them itself.
    @Test func pathsThatAreNoTextAreRefused() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            for path in ["/vmboxes/%FF", "/vmboxes/%", "/vmboxes/%zz", "/vmboxes?x=%FF"] {
                let request = "GET \(world.accountPath)\(path) HTTP/1.1\r\nHost: x\r\nX-Auth-Token: \(world.token)\r\nConnection: close\r\n\r\n"
                let answer = try await server.exchange(request)
                #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(path): \(answer)")
                #expect(answer.lowercased().contains("content-type: application/json\r\n"))
                #expect(answer.contains("\"message\":\"parse_error\""))
            }
        }
    }

    @Test func depthAndSizeAreBounded() async throws {
        try await TestServer.run {
            $0.limits.maximumDocumentBytes = 1 << 20
        } _: { (server: TestServer) async throws in
            let world = try await server.makeWorld()
            func nested(_ depth: Int) -> String {
                // The envelope and its data are two levels.
                #"{"data":{"k":"# + String(repeating: "[", count: depth - 2) + String(repeating: "]", count: depth - 2) + "}}"
            }
            for (depth, status) in [(JSON.maximumDepth, 200), (JSON.maximumDepth + 1, 400), (100_000, 400)] {
                let answer = try await server.send(
                    "PATCH", world.boxPath, headers: ["Content-Type": "application/json"], token: world.token, body: Array(nested(depth).utf8))
                #expect(answer.status == status)
                if status == 400 { #expect(answer.data["json"]?["invalid"] != nil) }
            }
            // Values are counted by the commas between them.
            for (values, status) in [(JSON.maximumValues, 200), (JSON.maximumValues + 1, 400)] {
                let list = String(repeating: "0,", count: values - 1) + "0"
                let answer = try await server.send(
                    "PATCH", world.boxPath, headers: ["Content-Type": "application/json"], token: world.token,
                    body: Array(#"{"data":{"k":[\#(list)]}}"#.utf8))
                #expect(answer.status == status)
            }
        }
    }

    /// Seeded nonsense on every route: an answer in the envelope, never a 5xx.
    @Test func nonsenseIsRefusedInWords() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            var random = Seeded(state: 20_161_121)
            let words = [
                "accounts", world.account.id, "vmboxes", world.mailbox.id, "messages", "raw", "media", "users", "x", "", "%00", "\u{1F4DE}", "user_auth",
                "auth", "tokeninfo", "search",
            ]
            let bodies = [
                "", "{", "{}", "[]", "null", "\"x\"", #"{"data":{}}"#, #"{"data":[1]}"#, #"{"data":{"messages":[null,1,{}]}}"#, #"{"data":{"folder":{}}}"#,
                "--x\r\n\r\n",
            ]
            let types = ["application/json", "text/plain", "multipart/mixed", "multipart/mixed; boundary=x", "application/x-base64", "audio/mp3", "", "/;;"]
            let methods: [String] = ["GET", "PUT", "POST", "PATCH", "DELETE"]
            for _ in 0..<400 {
                let segments = (0..<Int.random(in: 0...7, using: &random)).compactMap { _ in words.randomElement(using: &random) }
                let path = "/v2/" + segments.joined(separator: "/").addingEscapes
                let method = methods.randomElement(using: &random) ?? "GET"
                if method == "DELETE" && segments.count < 5 { continue }
                let answer = try await server.send(
                    method, path, headers: ["Content-Type": types.randomElement(using: &random) ?? ""], token: world.token,
                    body: Array((bodies.randomElement(using: &random) ?? "").utf8))
                #expect(answer.status < 500, "\(method) \(path): \(answer.text)")
            }
        }
    }
}

/// A generator that repeats itself (xorshift).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

extension String {
    /// With what a URL cannot hold percent-encoded; what is encoded already stays.
    fileprivate var addingEscapes: String {
        utf8.map { $0 < 0x80 && $0 > 0x20 ? String(UnicodeScalar($0)) : "%" + String($0, radix: 16, uppercase: true) }.joined()
    }
}

extension HostileInputTests {
    @Test func aTargetThatIsTooLongIsRefusedInTheEnvelope() async throws {
        try await TestServer.run { server in
            let world = try await server.makeWorld()
            let filler = String(repeating: "9", count: 70_000)
            for target in ["/v2/accounts/\(world.account.id)/vmboxes/", "/v2/accounts/\(world.account.id)/vmboxes?x="] {
                for length in [8_000, 8_192] {
                    let path = target + filler.prefix(length)
                    let answer = try await server.exchange("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    if path.utf8.count <= 8_192 {
                        #expect(!answer.hasPrefix("HTTP/1.1 414 "))
                    } else {
                        #expect(answer.hasPrefix("HTTP/1.1 414 "), "\(answer.prefix(80))")
                        #expect(answer.contains("\"error\":\"414\""))
                        #expect(answer.contains("\"status\":\"error\""))
                    }
                }
            }
        }
    }
}
