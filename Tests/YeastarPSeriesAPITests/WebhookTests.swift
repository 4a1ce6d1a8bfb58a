import Crypto
import Foundation
import HTTPFront
import Server
import TestKit
import Testing
import Voicemail

@testable import YeastarPSeriesAPI

@Suite("Web hook push (P§11.2, P§11.3)")
struct WebhookTests {
    private static let secret = "Pugghh14VCb05rtG7WGumbD4hwJPIabc"

    /// Runs `body` with somebody who listens, on this machine.
    private static func run(
        _ receiver: Receiver = Receiver(), _ configure: @Sendable (inout Configuration) -> Void = { _ in },
        _ body: @Sendable (PSeriesWorld, Receiver, String) async throws -> Void
    ) async throws {
        try await PSeriesWorld.run { configuration in
            configuration.outbox.intervalMilliseconds = 10
            configuration.limits.allowsReceiversHere = true
            configure(&configuration)
        } _: { (world: PSeriesWorld) async throws in
            try await receiver.run { port in try await body(world, receiver, "http://127.0.0.1:\(port)") }
        }
    }

    private static func update(_ world: PSeriesWorld, _ receivers: [JSON], _ more: JSONObject = [:]) async throws -> JSON {
        var body: JSONObject = ["webhook_event_push_list": .array(receivers)]
        body.merge(more) { $1 }
        return try await world.post("webhook/update", .object(body))
    }

    /// The example's call.
    private static func record(_ world: PSeriesWorld) async throws {
        var draft = RecordingDraft(callerNumber: "2005", calleeNumber: "2002")
        draft.started = Timestamp(rfc3339: "2022-04-27T19:04:36Z")
        draft.callID = "1651057476.362"
        draft.durationMilliseconds = 24_000
        draft.source = "20220427190445-1651057476.362-2005-2002-Internal.wav"
        try await world.record(draft, WAV.tones([440, 880], milliseconds: 21_000))
    }

    private static func settled(_ world: PSeriesWorld) async throws {
        while try await world.service.outbox.totals().pending > 0 { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test("What webhook/update is given webhook/query tells, in the words of the example")
    func settings() async throws {
        try await Self.run { world, _, _ in
            let standard = try await world.get("webhook/query")["data"]
            #expect(standard?["enb_webhook_event_push"] == 1)
            #expect(standard?["webhook_event_push_list"] == [])
            #expect(standard?["webhook_event_push_timeout"] == 5)
            #expect(standard?["webhook_event_push_retry_count"] == 3)
            #expect(standard?["webhook_event_ids"]?.array?.first == 30005)
            let hook: JSON = [
                "url": "https://webhook.site/38e9dea1-be68-4381-8a8c-f0623517f513", "secret": .string(Self.secret), "request_method": "POST",
                "event_ids": [0],
            ]
            #expect(try await Self.update(world, [hook], ["webhook_event_push_timeout": 10, "webhook_event_push_retry_count": 1]) == Self.success)
            let told = try await world.get("webhook/query")["data"]
            #expect(told?["webhook_event_push_list"]?.array?.first?.object.map { JSON.object($0) } == (try JSON.parse(hook.encoded)))
            #expect(told?["webhook_event_push_timeout"] == 10 && told?["webhook_event_push_retry_count"] == 1)
            // A secret that is left out stays, or is made.
            let url: JSON = "https://webhook.site/38e9dea1-be68-4381-8a8c-f0623517f513"
            #expect(try await Self.update(world, [["url": url], ["url": "http://example.com/x", "event_ids": [30012]]]) == Self.success)
            let list = try await world.get("webhook/query")["data"]?["webhook_event_push_list"]?.array ?? []
            #expect(list.first?["secret"] == .string(Self.secret))
            #expect(list.last?["secret"]?.string?.count == 32)
            #expect(list.last?["request_method"] == "POST" && list.last?["event_ids"] == [30012])
        }
    }

    @Test("What is wrong changes nothing")
    func refusals() async throws {
        try await Self.run { world, _, _ in
            let before = try await world.get("webhook/query")
            for (body, code) in [
                (["webhook_event_push_timeout": 2], 40002), (["webhook_event_push_timeout": 11], 40002),
                (["webhook_event_push_retry_count": 0], 40002), (["webhook_event_push_retry_count": 6], 40002),
                (["enb_webhook_event_push": 2], 40002), (["webhook_event_push_list": "x"], 40001), (["webhook_event_push_list": [[:]]], 40002),
                (["webhook_event_push_list": [["url": "ftp://example.com"]]], 40002),
                (["webhook_event_push_list": [["url": "http://example.com", "request_method": "PUT"]]], 40002),
                (["webhook_event_push_list": [["url": "http://example.com", "event_ids": [1]]]], 40002),
                (["webhook_event_push_list": [["url": "http://example.com", "event_ids": ["x"]]]], 40001),
                (["webhook_event_push_list": [["url": "http://example.com"], ["url": "http://example.com"]]], 40003),
                (["webhook_event_push_list": .array(Array(repeating: ["url": "http://example.com"], count: 21))], 60002),
            ] as [(JSON, Int)] {
                #expect(try await world.post("webhook/update", body)["errcode"] == .int(code), "\(body.encoded)")
            }
            // Of two that are the same, it is that address which is told.
            let twice: [JSON] = ["http://example.com/a", "http://example.com/b", "http://example.com/b"].map { ["url": $0] }
            expect(
                try await Self.update(world, twice),
                is: [
                    "errcode": 40003, "errmsg": "DUPLICATE KEY VALUE",
                    "duplicate_field_list": [
                        ["field": "url", "value": "http://example.com/b", "external_source": "webhook", "external_source_name": ""]
                    ],
                ])
            #expect(try await world.get("webhook/query") == before)
        }
    }

    @Test(
        "An address of this machine or a private network is refused, however it is written",
        arguments: [
            "http://127.0.0.1/", "http://localhost:80/x", "http://a.localhost/", "http://[::1]/", "http://0.0.0.0/", "http://127.1.2.3/",
            "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest", "http://[fe80::1]/", "http://ex%61mple.com/",
            "http://10.0.0.1/", "http://172.16.6.150:8280/x", "http://192.168.5.150/", "http://100.64.0.1/", "http://[fd12::1]/", "http://[::ffff:10.0.0.1]/",
        ])
    func thisMachine(url: String) async throws {
        try await PSeriesWorld.run { (world: PSeriesWorld) async throws in
            let answer = try await Self.update(world, [["url": .string(url)]])
            #expect(answer["errcode"] == 40002)
            #expect(answer["invalid_param_list"] == [["field": "url", "value": .string(url)]])
        }
    }

    @Test("A private network is taken where the operator allows it")
    func privateNetwork() async throws {
        try await PSeriesWorld.run { (configuration: inout Configuration) in
            configuration.limits.allowsPrivateReceivers = true
        } _: { (world: PSeriesWorld) async throws in
            #expect(try await Self.update(world, [["url": "http://10.0.0.1/"]]) == Self.success)
            #expect(try await Self.update(world, [["url": "http://127.0.0.1/"]])["errcode"] == 40002)
        }
    }

    @Test("Signed as Standard Webhooks are, over the body or the query that is added", arguments: ["POST", "GET"])
    func standardHeaders(method: String) async throws {
        try await Self.run { world, receiver, url in
            let hook: JSON = ["url": .string(url + "/hook?a=b"), "secret": .string(Self.secret), "request_method": .string(method)]
            #expect(try await Self.update(world, [hook]) == Self.success)
            try await world.leave()
            await receiver.wait(for: 1)
            let request = try #require(receiver.requests.first)
            let added = request.query.first { $0.name == "data" }?.value.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
            let content = method == "POST" ? request.body : "data=" + (added ?? "")
            let id = try #require(request["webhook-id"]), time = try #require(request["webhook-timestamp"])
            let code = HMAC<SHA256>.authenticationCode(for: Data("\(id).\(time).\(content)".utf8), using: SymmetricKey(data: Data(Self.secret.utf8)))
            #expect(request["webhook-signature"] == "v1," + Data(code).base64EncodedString() && id == request["X-Delivery-Id"])
            #expect(time == String(world.server.clock.now.unix) && !content.isEmpty)
        }
    }

    @Test("The example: 30012 for a new recording, msg as text, signed")
    func recording() async throws {
        try await Self.run { world, receiver, url in
            let hook: JSON = ["url": .string(url + "/hook"), "secret": .string(Self.secret)]
            #expect(try await Self.update(world, [hook]) == Self.success)
            try await Self.record(world)
            await receiver.wait(for: 1)
            let request = try #require(receiver.requests.first)
            #expect(request.method == "POST" && request.path == "/hook" && request["Content-Type"] == "application/json")
            let code = HMAC<SHA256>.authenticationCode(for: Data(request.body.utf8), using: SymmetricKey(data: Data(Self.secret.utf8)))
            #expect(request["X-Signature"] == Data(code).base64EncodedString())
            let event = try JSON.parse(request.body)
            #expect(event["type"] == 30012)
            #expect(event["sn"]?.string?.isEmpty == false)
            let recording = try #require(try await world.service.recordings.list(RecordingQuery(accountID: world.account.id)).recordings.first)
            let expected: JSON = [
                "call_id": "1651057476.362", "time_start": "2022-04-27 19:04:36", "call_from": "2005", "call_to": "2002", "call_duration": 24,
                "talk_duration": 21, "src_trunk_name": "", "dst_trunk_name": "", "pin_code": "", "status": "ANSWERED", "type": "Internal",
                "recording": "20220427190445-1651057476.362-2005-2002-Internal.wav", "did_number": "", "agent_ring_time": 0,
                "uid": .string(recording.callRecordID), "call_note_id": "", "enb_call_note": 0,
            ]
            #expect(event["msg"]?.string == expected.encoded)
        }
    }

    @Test("30012 for a new message says VOICEMAIL; its uid is the one that cdr/list has")
    func message() async throws {
        try await Self.run(Receiver(), { $0.pSeries.eventMessageFormat = .object }) { world, receiver, url in
            #expect(try await Self.update(world, [["url": .string(url)]]) == Self.success)
            let message = try await world.leave(from: "3201")
            await receiver.wait(for: 1)
            let told = try JSON.parse(receiver.requests[0].body)["msg"]
            #expect(told?["status"] == "VOICEMAIL" && told?["recording"] == "" && told?["type"] == "Internal")
            #expect(told?["call_from"] == "3201" && told?["call_to"] == "3200" && told?["call_id"] == .string(message.callID))
            #expect(told?["uid"] == (try await world.get("cdr/list")["data"]?.array?.first?["uid"]))
        }
    }

    @Test("With GET the event is the parameter data, signed the same way")
    func get() async throws {
        try await Self.run { world, receiver, url in
            let hook: JSON = ["url": .string(url + "/hook?a=b"), "secret": "s", "request_method": "GET"]
            #expect(try await Self.update(world, [hook]) == Self.success)
            try await world.leave()
            await receiver.wait(for: 1)
            let request = receiver.requests[0]
            #expect(request.method == "GET" && request.query.first?.value == "b")
            let text = try #require(request.query.first { $0.name == "data" }?.value)
            #expect(request["X-Signature"] == WebhookChannel.signature(of: text, secret: "s"))
            #expect(try JSON.parse(text)["type"] == 30012)
        }
    }

    @Test("Failures are repeated as often as the account says, under one id, and then given up")
    func retries() async throws {
        let receiver = Receiver { _, _ in 500 }
        try await Self.run(receiver) { world, receiver, url in
            #expect(try await Self.update(world, [["url": .string(url)]], ["webhook_event_push_retry_count": 2]) == Self.success)
            try await world.leave()
            for count in 1...3 {
                await receiver.wait(for: count)
                while try await world.service.outbox.list(DeliveryQuery(limit: 9)).first?.attempts != count { try await Task.sleep(for: .milliseconds(5)) }
                world.server.clock.advance(by: 60)
            }
            try await Self.settled(world)
            #expect(try await world.service.outbox.list(DeliveryQuery(limit: 9)).map(\.state) == [.dead])
            #expect(receiver.requests.count == 3)
            #expect(Set(receiver.requests.map(\.body)).count == 1)
            #expect(Set(receiver.requests.compactMap { $0["X-Delivery-Id"] }).count == 1)
        }
    }

    @Test("Who refuses and then takes it has it, under one id")
    func refusesAndThenTakesIt() async throws {
        let answers = [404, 429, 302, 200], receiver = Receiver { _, before in before < answers.count ? answers[before] : 500 }
        try await Self.run(receiver) { world, receiver, url in
            #expect(try await Self.update(world, [["url": .string(url)]], ["webhook_event_push_retry_count": 5]) == Self.success)
            try await world.leave()
            for count in answers.indices {
                await receiver.wait(for: count + 1)
                while let left = try await world.service.outbox.list(DeliveryQuery(limit: 9)).first, left.attempts != count + 1 {
                    try await Task.sleep(for: .milliseconds(5))
                }
                world.server.clock.advance(by: 60)
            }
            try await Self.settled(world)
            #expect(try await world.service.outbox.list(DeliveryQuery(limit: 9)).isEmpty)
            #expect(receiver.requests.count == answers.count)
            #expect(Set(receiver.requests.compactMap { $0["X-Delivery-Id"] }).count == 1)
            #expect(receiver.requests.compactMap { $0["X-Delivery-Attempt"] } == ["1", "2", "3", "4"])
        }
    }

    @Test("Only what was asked for is sent, and nothing when it is switched off or the receiver is gone")
    func filters() async throws {
        try await Self.run { world, receiver, url in
            let other: JSON = ["url": .string(url + "/other"), "event_ids": [30011]], ours: JSON = ["url": .string(url + "/ours"), "event_ids": [30012]]
            #expect(try await Self.update(world, [other, ours]) == Self.success)
            try await world.leave()
            await receiver.wait(for: 1)
            #expect(try await Self.update(world, [other, ours], ["enb_webhook_event_push": 0]) == Self.success)
            try await world.leave()
            try await Self.settled(world)
            #expect(receiver.requests.map(\.path) == ["/ours"])
            #expect(try await world.service.outbox.list(DeliveryQuery(limit: 9)).isEmpty)
        }
    }

    @Test("A name that leads to this machine is found out when something is sent")
    func resolvesHere() async throws {
        try await Self.run(Receiver(), { $0.limits.allowsReceiversHere = false }) { world, receiver, url in
            // As if the name had led elsewhere when it was given.
            let hook = EventPush.Receiver(url: url.replacing("127.0.0.1", with: "2130706433") + "/x", secret: "s", method: .post, events: [0])
            _ = try await EventPush.change(of: world.account, in: world.service) { $0.receivers = [hook] }
            try await world.leave()
            while try await world.service.outbox.list(DeliveryQuery(limit: 9)).first?.attempts != 1 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(try await world.service.outbox.list(DeliveryQuery(limit: 9)).first?.failure == "2130706433 is this machine")
            #expect(receiver.requests.isEmpty)
        }
    }

    @Test("An application without the right to events is refused")
    func permission() async throws {
        try await PSeriesWorld.run(permissions: [.voicemail]) { (world: PSeriesWorld) async throws in
            #expect(try await world.get("webhook/query")["errcode"] == 10005)
            #expect(try await world.post("webhook/update", [:])["errcode"] == 10005)
        }
    }

    private static let success: JSON = ["errcode": 0, "errmsg": "SUCCESS"]
}
