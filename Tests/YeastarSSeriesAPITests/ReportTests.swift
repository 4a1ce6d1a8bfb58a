import Audio
import Foundation
import HTTPFront
import HTTPTypes
import Logging
import NIOCore
import Server
import TestKit
import Testing
import Voicemail
import YeastarSSeriesAPI

@Suite("Event reports (S§7)")
struct ReportTests {
    /// A client that is told at `receiver`, logged in as `version` with more fields.
    private static func client(
        of version: String, in account: Account, on server: TestServer, type: String = "json", _ more: JSONObject
    ) async throws -> SSeriesClient {
        let user = try await server.makeSSeriesUser(in: account)
        let answer =
            type == "xml"
            ? try await server.send("POST", "/api/\(version)/login?type=xml", body: Array(xml(user.login(more)).utf8))
            : try await server.send("POST", "/api/\(version)/login", json: user.login(more))
        let token =
            type == "xml"
            ? try #require(answer.text.firstMatch(of: /<token>([0-9a-f]{32})<\/token>/).map { String($0.1) }) : try #require(answer.json["token"]?.string)
        return SSeriesClient(server: server, version: version, token: token)
    }

    private static func xml(_ fields: JSON) -> String {
        "<xml>" + (fields.object ?? [:]).map { "<\($0.key)>\($0.value.text ?? "")</\($0.key)>" }.joined() + "</xml>"
    }

    /// Runs `body` with an account, extension 2023 in it, and somebody who listens.
    private static func run(
        receiver: Receiver = Receiver(), _ body: @Sendable (TestServer, Account, Receiver, Int) async throws -> Void
    ) async throws {
        try await TestServer.run(clock: ManualClock(SSeriesWorld.evening)) {
            $0.outbox.intervalMilliseconds = 10
        } _: { server in
            try await receiver.run { port in
                let account = try await server.makeAccount("Acme")
                _ = try await server.makeMailbox("2023", in: account)
                try await body(server, account, receiver, port)
            }
        }
    }

    private static func settled(_ server: TestServer) async throws {
        while try await server.service.outbox.totals().pending > 0 { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// The vendor's example: of a call of 19 seconds, 14 of them were spoken in and recorded.
    private static func record(_ server: TestServer, _ account: Account) async throws {
        let intake = server.service.messages.receiveAudio()
        try await intake.write(ByteBuffer(bytes: try AudioSamples.tones([300], seconds: 14).encoded(as: .wavPCM16)))
        let name = "20191024201242-1571897930.5-203-201-Internal.wav"
        let draft = RecordingDraft(
            callerNumber: "1023", calleeNumber: "2023", started: Timestamp(rfc3339: "2019-10-23T22:18:50Z"), callID: "1571897930.5",
            durationMilliseconds: 19_000, source: name)
        let received = try await intake.finish(contentType: "audio/wav", fileName: name, policy: .playableOnly)
        _ = try await server.service.recordings.add(draft, audio: received, in: account)
    }

    private static let start =
        #""callid":"1571897930.5","timestart":"2019-10-23 22:18:50","callfrom":"1023","callto":"2023","callduraction":"19","#
        + #""talkduraction":"14","srctrunkname":"","#
    private static let ending = #""pincode":"","status":"ANSWERED","type":"Internal","recording":"20191024201242-1571897930.5-203-201-Internal.wav""#

    @Test("Signed as Standard Webhooks are, with the account's secret", arguments: ["json", "xml"])
    func signed(type: String) async throws {
        try await Self.run { server, account, receiver, port in
            _ = try await Self.client(of: "v1.1.0", in: account, on: server, type: type, ["port": .string("\(port)")])
            try await Self.record(server, account)
            await receiver.wait(for: 1)
            let request = try #require(receiver.requests.first), id = try #require(request["webhook-id"])
            let signature = ReportChannel.signature(ofReportsTo: account.id, server.service.secrets)
            let expected = signature.headers(id: id, at: server.clock.now, request.body.utf8)
            #expect(expected.allSatisfy { request[$0.name] == $0.value } && id == request["X-Delivery-Id"])
            let other = ReportChannel.signature(ofReportsTo: HexID.random(), server.service.secrets)
            #expect(other.secret != signature.secret && signature.secret.hasPrefix("whsec_"))
        }
    }

    @Test("The example, in each version's words", arguments: ["v0.0.1", "v1.0.1", "v1.1.0", "v2.0.0"])
    func example(version: String) async throws {
        try await Self.run { server, account, receiver, port in
            _ = try await Self.client(of: version, in: account, on: server, ["port": .string("\(port)")])
            try await Self.record(server, account)
            await receiver.wait(for: 1)
            let request = try #require(receiver.requests.first)
            #expect(request.method == "POST")
            #expect(request.path == "/")
            #expect(request["Accept"] == "application/json")
            #expect(request["User-Agent"] == "WebAPI")
            #expect(request["Content-Type"] == "application/json")
            let rest = #","didnumber":"","agentringtime":"0","sn":"\#(server.service.serialNumber)"}"#
            let expected =
                switch version {
                case "v2.0.0": #"{"event":"NewCdr","# + Self.start + #""dsttrcunkname":"","# + Self.ending + rest
                case "v1.0.1": #"{"action":"NewCdr","# + Self.start + #""desttrunkname":"","# + Self.ending + "}"
                default: #"{"action":"NewCdr","# + Self.start + #""dsttrcunkname":"","# + Self.ending + rest
                }
            #expect(request.body == expected)
        }
    }

    @Test(
        "A new message is a call that ended in VOICEMAIL, without a recording",
        arguments: [
            ("v1.0.1", "2000", "Inbound", #"{"action":"NewCdr","#), ("v2.0.0", "2023", "Internal", #"{"event":"NewCdr","#),
        ])
    func message(version: String, caller: String, direction: String, beginning: String) async throws {
        try await Self.run { server, account, receiver, port in
            _ = try await Self.client(of: version, in: account, on: server, ["port": .int(port)])
            let box = try #require(try await server.service.mailboxes.find(number: "2023", of: account))
            let message = try await server.leave(from: caller, at: "2020-04-07 10:56:40", seconds: 3, in: box, of: account)
            await receiver.wait(for: 1)
            let report = try JSON.parse(receiver.requests[0].body)
            #expect(receiver.requests[0].body.hasPrefix(beginning))
            #expect(report["status"] == "VOICEMAIL")
            // The sender gave the call no id of this interface's form.
            #expect(!message.callID.contains("."))
            #expect(report["callid"]?.string?.wholeMatch(of: /1586257000\.[0-9]{1,6}/) != nil)
            #expect(report["timestart"] == "2020-04-07 10:56:40")
            #expect(report["callfrom"] == .string(caller))
            #expect(report["callto"] == "2023")
            #expect(report["callduraction"] == "3")
            #expect(report["talkduraction"] == "3")
            #expect(report["type"] == .string(direction))
            #expect(report["recording"] == (version == "v2.0.0" ? "" : nil))
        }
    }

    @Test("The report's version may be named, and a client of XML is told in XML")
    func formats() async throws {
        try await Self.run { server, account, receiver, port in
            let port: JSON = .int(port)
            _ = try await Self.client(of: "v1.1.0", in: account, on: server, ["port": port, "url": "second", "version": "2.0.0"])
            _ = try await Self.client(of: "v2.0.0", in: account, on: server, ["port": port, "url": "first", "version": "1.0.2"])
            _ = try await Self.client(of: "v0.0.1", in: account, on: server, type: "xml", ["port": port, "url": "xml"])
            try await Self.record(server, account)
            await receiver.wait(for: 3)
            let bodies = Dictionary(uniqueKeysWithValues: receiver.requests.map { ($0.path, $0) })
            #expect(bodies["/second"]?.body.hasPrefix(#"{"event":"NewCdr""#) == true)
            #expect(bodies["/first"]?.body.hasPrefix(#"{"action":"NewCdr""#) == true)
            #expect(bodies["/xml"]?["Content-Type"] == "application/xml")
            let xml = try #require(bodies["/xml"]?.body)
            #expect(xml.hasPrefix(#"<?xml version="1.0" encoding="utf-8"?>"#))
            #expect(xml.contains("<xml><action>NewCdr</action><callid>1571897930.5</callid>"))
            #expect(xml.contains("<srctrunkname></srctrunkname>"))
        }
    }

    @Test("A port of 0 is a client that wants no reports, until a heartbeat names another (S§2.1)")
    func noReports() async throws {
        try await Self.run { server, account, receiver, port in
            let silent = try await Self.client(of: "v1.1.0", in: account, on: server, ["port": "0", "url": "silent"])
            _ = try await Self.client(of: "v2.0.0", in: account, on: server, ["port": 0, "url": .string("127.0.0.1:\(port)/silent"), "urltag": 1])
            _ = try await Self.client(of: "v1.1.0", in: account, on: server, ["port": .int(port), "url": "told"])
            try await Self.record(server, account)
            await receiver.wait(for: 1)
            try await Self.settled(server)
            #expect(receiver.requests.map(\.path) == ["/told"])
            #expect(try await silent.post("heartbeat", ["port": .int(port)]) == succeeded)
            let box = try #require(try await server.service.mailboxes.find(number: "2023", of: account))
            try await server.leave(from: "1", at: "2020-04-07 10:56:40", in: box, of: account)
            await receiver.wait(for: 3)
            #expect(Set(receiver.requests.dropFirst().map(\.path)) == ["/told", "/silent"])
        }
    }

    @Test("Reports go where login and heartbeat say: a path at the client, or a whole address")
    func addresses() async throws {
        try await Self.run { server, account, receiver, port in
            let client = try await Self.client(of: "v1.1.0", in: account, on: server, ["port": .int(port), "url": "/a/b?c=d", "urltag": "0"])
            try await Self.record(server, account)
            await receiver.wait(for: 1)
            #expect(receiver.requests[0].path == "/a/b")
            #expect(receiver.requests[0].query.map(\.value) == ["d"])
            let box = try #require(try await server.service.mailboxes.find(number: "2023", of: account))
            for (number, url) in [(1, "127.0.0.1:\(port)/whole"), (2, "http://127.0.0.1:\(port)/scheme")] {
                let heartbeat: JSON = ["ipaddr": "192.0.2.1", "port": "1", "url": .string(url), "urltag": 1]
                #expect(try await client.post("heartbeat", heartbeat) == succeeded)
                try await server.leave(from: "1", at: "2020-04-07 10:00:0\(number)", in: box, of: account)
                await receiver.wait(for: number + 1)
            }
            #expect(receiver.requests.map(\.path) == ["/a/b", "/whole", "/scheme"])
        }
    }

    @Test("A report that fails is not repeated; it is kept for an administrator")
    func notRepeated() async throws {
        let receiver = Receiver { _, before in before == 0 ? 500 : 200 }
        try await Self.run(receiver: receiver) { server, account, receiver, port in
            _ = try await Self.client(of: "v2.0.0", in: account, on: server, ["port": .int(port)])
            try await Self.record(server, account)
            await receiver.wait(for: 1)
            try await Self.settled(server)
            let dead = try #require(try await server.service.outbox.list(DeliveryQuery(limit: 9)).first)
            #expect(dead.state == .dead)
            #expect(dead.failure == "answered 500")
            #expect(dead.target == "http://127.0.0.1:\(port)/")
            _ = try await server.service.outbox.retry(dead.id)
            await receiver.wait(for: 2)
            #expect(Set(receiver.requests.map(\.body)).count == 1)
        }
    }

    @Test("Nobody is told whose token has died, and two clients of one address are told once")
    func tokens() async throws {
        try await Self.run { server, account, receiver, port in
            let port: JSON = .int(port)
            let gone = try await Self.client(of: "v2.0.0", in: account, on: server, ["port": port, "url": "gone"])
            #expect(try await gone.post("logout") == succeeded)
            _ = try await Self.client(of: "v2.0.0", in: account, on: server, ["port": port, "url": "idle"])
            server.clock.advance(by: 1861)
            for _ in 0..<2 { _ = try await Self.client(of: "v2.0.0", in: account, on: server, ["port": port, "url": "here"]) }
            let other = try await server.makeAccount("Other")
            _ = try await Self.client(of: "v2.0.0", in: other, on: server, ["port": port, "url": "other"])
            try await Self.record(server, account)
            await receiver.wait(for: 1)
            try await Self.settled(server)
            #expect(receiver.requests.map(\.path) == ["/here"])
            #expect(try await server.service.outbox.list(DeliveryQuery(limit: 9)).isEmpty)
        }
    }

    @Test("What is no news is not told: messages filed as heard, copied, moved, or added quietly")
    func noNews() async throws {
        try await Self.run { server, account, receiver, port in
            _ = try await Self.client(of: "v2.0.0", in: account, on: server, ["port": .int(port)])
            let box = try #require(try await server.service.mailboxes.find(number: "2023", of: account))
            let other = try await server.makeMailbox("2024", in: account)
            try await server.leave(from: "1", at: "2020-04-07 10:00:00", folder: .saved, in: box, of: account)
            let quiet = try await server.leave(
                MessageDraft(callerNumber: "2"), from: .administrator(tells: false), in: box, of: account)
            _ = try await server.service.messages.copy([quiet.monthID], of: box.id, to: [other.id], account: account)
            try await server.leave(from: "news", at: "2020-04-07 10:00:00", in: other, of: account)
            await receiver.wait(for: 1)
            try await Self.settled(server)
            #expect(try receiver.requests.map { try JSON.parse($0.body)["callfrom"] } == ["news"])
        }
    }

    @Test("A client that has come from elsewhere cannot have this machine told")
    func thisMachine() async throws {
        try await Self.run { server, account, receiver, port in
            let user = try await server.makeSSeriesUser(in: account)
            let dialect = SSeriesDialect(
                service: server.service, settings: SSeriesSettings(),
                loginGuard: server.makeLoginGuard())
            let body = user.login(["port": "1", "url": .string("127.0.0.1:\(port)/x"), "urltag": "1"])
            let path = "/api/v2.0.0/login"
            let request = FrontRequest(
                id: "1", method: .post, path: path, segments: path.split(separator: "/").map(String.init), query: try Query(parsing: ""),
                body: RequestBody(body.encode()), remote: "192.0.2.10", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            #expect(await dialect.respond(to: request).status == .ok)
            try await Self.record(server, account)
            while try await server.service.outbox.totals().dead == 0 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(try await server.service.outbox.list(DeliveryQuery(limit: 9)).map(\.failure) == ["127.0.0.1 is this machine"])
            #expect(receiver.requests.isEmpty)
        }
    }

    @Test("A client that named no port may be deaf without being a failure")
    func assumedPort() async throws {
        try await Self.run { server, account, receiver, port in
            let user = try await server.makeSSeriesUser(in: account)
            let answer = try await server.send("POST", "/api/v2.0.0/login", json: user.login([:]).removing("port"))
            #expect(answer.json["status"] == "Success")
            _ = try await Self.client(of: "v2.0.0", in: account, on: server, ["port": .int(port)])
            try await Self.record(server, account)
            await receiver.wait(for: 1)
            try await Self.settled(server)
            #expect(try await server.service.outbox.list(DeliveryQuery(limit: 9)).isEmpty)
        }
    }
}

extension JSON {
    fileprivate func removing(_ key: String) -> JSON {
        var object = object ?? [:]
        object[key] = nil
        return .object(object)
    }
}
