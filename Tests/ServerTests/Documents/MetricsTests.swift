import Audio
import Foundation
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// The table of `docs/operations.md` has exactly the metrics that `/metrics` shows once everything has happened, with their labels.
@Suite struct MetricsTests {
    @Test func theTableIsWhatIsShown() async throws {
        let documented = try Self.documented()
        #expect(documented.count > 10)
        try await TestServer.run { configuration in
            configuration.outbox.intervalMilliseconds = 10
            configuration.limits.allowsReceiversHere = true
            configuration.telephone.registrations = [.init(user: "700", host: "192.0.2.10", passwordFile: "unread")]
        } _: { (server: TestServer) async throws in
            try await Receiver().run { port in
                try await Self.makeEverythingHappen(server, receiver: port)
                // The last of it is an attempt to tell somebody.
                var shown: [String: Set<String>] = [:]
                while shown["aftertone_delivery_attempts_total"] == nil {
                    shown = Self.shown(try await server.send("GET", "/metrics").text)
                }
                #expect(Set(shown.keys) == Set(documented.keys))
                for (name, labels) in shown { #expect(labels == documented[name], "\(name)") }
            }
        }
    }

    /// A message, a recording that somebody is told of, and a connection that is cut.
    private static func makeEverythingHappen(_ server: TestServer, receiver port: Int) async throws {
        let world = try await server.makeWorld()
        _ = try await server.leave(audio: Sound.bytes(1, 1), in: world.mailbox, of: world.account)
        let application = try await Applications(server.service).create(name: "crm", permissions: nil, addresses: [], in: world.account)
        let login = try await Applications(server.service).logIn(application.credential.handle, secret: application.secret)
        let pair = try await Applications(server.service).openPair(for: login, TokenRules(maximumLive: 9))
        let hook: JSON = ["webhook_event_push_list": [["url": .string("http://127.0.0.1:\(port)/"), "event_ids": [0]]]]
        let update = try await server.send("POST", "/openapi/v1.0/webhook/update?access_token=\(pair.access)", json: hook)
        #expect(update.json["errcode"] == 0, "\(update.text)")
        let key = try await server.service.access.issueKey(CredentialDraft(.intake, name: "recorder"), in: world.account).secret
        let recording = try await server.send(
            "PUT", "/intake/recordings/call.wav?caller=3000&to=2001", headers: ["Authorization": "Bearer \(key)"],
            body: try AudioSamples.tones([440], seconds: 0.1).encoded(as: .wavPCM16))
        #expect(recording.status == 201, "\(recording.text)")
        _ = try await server.exchange("no HTTP\r\n\r\n")
        // The sixth is locked out, so this comes last.
        for attempt in 1...6 {
            let guess = try await server.send(
                "POST", "/openapi/v1.0/get_token", json: ["username": .string(application.credential.handle), "password": "a guess"])
            #expect((guess.json["errcode"] == 70004) == (attempt == 6), "\(guess.text)")
        }
    }

    /// Names with their labels, from the table.
    static func documented() throws -> [String: Set<String>] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/operations.md"), encoding: .utf8)
        var rows: [String: Set<String>] = [:]
        for line in text.split(separator: "\n") {
            guard let row = line.wholeMatch(of: /\| `([a-z_]+)` \| ([a-z, ]*)\| .*/) else { continue }
            rows[String(row.1)] = Set(row.2.split { $0 == "," || $0 == " " }.map(String.init))
        }
        return rows
    }

    /// Names with the labels of their series, from the exposition format.
    private static func shown(_ text: String) -> [String: Set<String>] {
        var families: [String: Set<String>] = [:]
        var name = ""
        for line in text.split(separator: "\n") {
            if let type = line.wholeMatch(of: /# TYPE ([a-z_]+) [a-z]+/) {
                name = String(type.1)
                families[name] = []
            } else if !line.hasPrefix("#") {
                families[name, default: []].formUnion(line.matches(of: /[{,]([a-z_]+)="/).map { String($0.1) }.filter { $0 != "le" })
            }
        }
        return families
    }
}
