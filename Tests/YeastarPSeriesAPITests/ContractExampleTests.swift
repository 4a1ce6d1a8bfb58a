import NIOCore
import Server
import TestKit
import Testing
import Voicemail

@testable import YeastarPSeriesAPI

/// Examples of the contract that no other suite holds to the letter. What the server makes up itself (ids, tokens, random parts of names) is
/// taken from the answer; everything else is as printed.
@Suite struct ContractExampleTests {
    private let success: JSON = ["errcode": 0, "errmsg": "SUCCESS"]
    private let sound = WAV.tones([440], milliseconds: 100)

    /// Puts a greeting as if it had been spoken.
    private func speak(_ name: String, _ world: PSeriesWorld) async throws {
        let intake = world.service.messages.receiveAudio()
        try await intake.write(.init(bytes: sound))
        _ = try await world.service.greetings.put(
            name, audio: intake.finish(contentType: "audio/wav", fileName: name, policy: .playableOnly), origin: .speech(text: "Good bye", voice: [:]),
            on: .mailbox(world.extensions[0]))
    }

    private static func ids(_ answer: JSON) -> [JSON] { answer["greeting_list"]?.array?.map { $0["id"] ?? .null } ?? [] }

    @Test("P§5.1: a tts item is shown without its extension, a record item with it, the newest first")
    func extensionGreetings() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.upload("vm_welcome.wav", sound)
            try await speak("vm_end.wav", world)
            let answer = try await world.get("extension_vm_greeting/list", ["extension": "3200"])
            let ids = Self.ids(answer)
            try #require(ids.count == 2)
            // Under which name the PBX keeps what it has spoken is its own affair; here it is the one it is shown by.
            expect(
                answer,
                is: [
                    "errcode": 0, "errmsg": "SUCCESS", "total_number": 2,
                    "greeting_list": [
                        [
                            "id": ids[0], "module": "extension", "number": "3200", "file": "vm_end", "suffix": ".wav", "type": "tts",
                            "real_filename": "vm_end.wav",
                        ],
                        [
                            "id": ids[1], "module": "extension", "number": "3200", "file": "vm_welcome.wav", "suffix": ".wav", "type": "record",
                            "real_filename": "vm_welcome.wav",
                        ],
                    ],
                ])
        }
    }

    @Test("P§5.3: the play URL")
    func play() async throws {
        try await PSeriesWorld.run(clock: ManualClock(Timestamp(unix: 1_778_583_437))) {
            $0.pSeries.firmware = "83.23.0.x"
        } _: { world in
            _ = try await world.upload("vm_welcome.wav", sound)
            let answer = try await world.get("extension_vm_greeting/play", ["extension": "3200", "file": "vm_welcome.wav"])
            let url = answer["play_resource_url"]
            expect(answer, is: ["errcode": 0, "errmsg": "SUCCESS", "file": "vm_welcome.wav", "play_resource_url": url ?? .null])
            #expect(url?.string?.wholeMatch(of: /\/api\/download\/PBX-VoicemailGreeting-83\.23\.0\.x-download-20260512105717-[A-Za-z0-9]{16}\.wav/) != nil)
        }
    }

    @Test("P§5.5: a greeting is deleted")
    func deleteGreeting() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.upload("vm_busy.wav", sound)
            expect(try await world.get("extension_vm_greeting/delete", ["extension": "3200", "file": "vm_busy.wav"]), is: success)
        }
    }

    @Test("P§6: the two greetings of a group")
    func groupGreetings() async throws {
        try await PSeriesWorld.run { world in
            for name in ["group_vm_absent.wav", "group_vm_night.wav"] {
                expect(
                    try await world.upload("/D:/greeting/" + name, sound, owner: "6300", to: "vm_greeting/upload"),
                    is: [
                        "errcode": 0, "errmsg": "SUCCESS", "owner": "6300",
                    ])
            }
            let answer = try await world.get("vm_greeting/list", ["extension": "6300"])
            let ids = Self.ids(answer)
            try #require(ids.count == 2)
            expect(
                answer,
                is: [
                    "errcode": 0, "errmsg": "SUCCESS", "total_number": 2,
                    "greeting_list": [
                        [
                            "id": ids[0], "module": "groupvoicemail", "number": "6300", "file": "group_vm_night.wav", "suffix": ".wav", "type": "record",
                            "real_filename": "group_vm_night.wav",
                        ],
                        [
                            "id": ids[1], "module": "groupvoicemail", "number": "6300", "file": "group_vm_absent.wav", "suffix": ".wav", "type": "record",
                            "real_filename": "group_vm_absent.wav",
                        ],
                    ],
                ])
        }
    }

    @Test("P§6.7: the greetings of the whole PBX, upwards")
    func globalGreetings() async throws {
        try await PSeriesWorld.run { world in
            let names = ["OfficeClosed.wav", "USProgresstone.wav", "Onhold.wav", "Lunch.wav"]
            for name in names {
                expect(try await world.upload([.file(name, sound), .field("is_check", "force")], to: "custom_prompt/upload"), is: success)
            }
            let answer = try await world.get("vm_global_greeting/list")
            let ids = Self.ids(answer)
            try #require(ids.count == 4)
            expect(
                answer,
                is: [
                    "errcode": 0, "errmsg": "SUCCESS", "total_number": 4,
                    "greeting_list": .array(
                        zip(ids, names).map { id, name in
                            ["id": id, "file": .string(name), "suffix": ".wav", "type": "record", "real_filename": .string(name)]
                        }),
                ])
        }
    }

    @Test("P§7.3: the link to a message, whose last component is the file")
    func messageLink() async throws {
        try await PSeriesWorld.run(clock: ManualClock(Timestamp(unix: 1_713_888_019))) {
            $0.pSeries.firmware = "x.15.0.x"
        } _: { world in
            let message = try await world.leave(at: 1_713_033_769)
            #expect(PSeriesWorld.id(message).string?.hasPrefix("1713033769-") == true)
            let answer = try await world.get("vm/download", ["msg_id": PSeriesWorld.id(message).string ?? ""])
            let file = try #require(answer["file"]?.string)
            #expect(file.wholeMatch(of: /PBX-Voicemail-x\.15\.0\.x-download-20240423160019-[A-Za-z0-9]{16}\.wav/) != nil)
            expect(answer, is: ["errcode": 0, "errmsg": "SUCCESS", "file": .string(file), "download_resource_url": .string("/api/download/" + file)])
        }
    }

    @Test("P§7.4 to P§7.7: the ids of messages, as printed")
    func messageIDs() async throws {
        try await PSeriesWorld.run(clock: ManualClock(Timestamp(unix: 1_718_161_323))) { world in
            try await world.leave(nil)
            let second = try await world.leave(nil)
            #expect(PSeriesWorld.id(second) == "1718161323-00000002")
            expect(try await world.post("vm/update", ["id": "1718161323-00000002", "vm_status": 1]), is: success)
            expect(try await world.get("vm/delete", ["id": "1718161323-00000002"]), is: success)
            _ = try await world.server.makeMailbox("1005", in: world.account)
            for _ in 3...8 { try await world.leave(nil) }
            world.server.clock.set(Timestamp(unix: 1_718_170_428))
            let pair = try await Applications(world.service).openPair(
                for: Applications(world.service).logIn(world.application.credential.handle, secret: world.application.secret), TokenRules())
            let body = JSON.object(["vm_from_number": "5503301", "vm_to_number": "1005"]).encoded
            let path = "/openapi/v1.0/vm/create?access_token=" + pair.access
            expect(try await world.raw("POST", path, Array(body.utf8)), is: ["errcode": 0, "errmsg": "SUCCESS", "id": "1718170428-00000009"])
            let removal = "/openapi/v1.0/vm/delete_extension_vm?vm_to_number=1005&access_token=" + pair.access
            expect(try await world.raw("GET", removal), is: success)
        }
    }

    @Test("P§7.8: three groups of three kinds")
    func groups() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.service.mailboxes.change(world.group.id, .patch(["name": "Technical Support Team 2"]), in: world.account)
            var boxes = [world.group]
            for (number, kind) in [("6301", MailboxGroup.Kind.queue), ("6302", .custom)] {
                let box = try await world.server.makeMailbox(number, in: world.account)
                boxes.append(try await world.service.groups.set(MailboxGroup(mode: .broadcast, kind: kind, members: []), of: box.id, in: world.account))
            }
            func item(_ box: Mailbox, _ type: String, _ name: String, _ mode: String, _ members: [JSON]) -> JSON {
                [
                    "id": .int(box.serial), "type": .string(type), "number": .string(box.number), "name": .string(name), "mode": .string(mode),
                    "member_list": .array(members), "messages": ["total": 0, "unread": 0],
                ]
            }
            expect(
                try await world.get("vm_group/list"),
                is: [
                    "errcode": 0, "errmsg": "SUCCESS", "total_number": 3,
                    "vm_group_list": [
                        item(
                            boxes[0], "ring_group", "Technical Support Team 2", "share",
                            world.extensions.map {
                                ["value": .string("\($0.serial)"), "type": "extension", "text": .string($0.name), "text2": .string($0.number)]
                            }),
                        item(boxes[1], "queue", "Box 6301", "broadcast", []), item(boxes[2], "custom", "Box 6302", "broadcast", []),
                    ],
                ])
        }
    }

    @Test("P§8.1: both recordings of the list")
    func recordings() async throws {
        try await PSeriesWorld.run { world in
            let first = try await world.record(
                RecordingDraft(
                    callerNumber: "5566", callerName: "Evelyn", calleeNumber: "5556", calleeName: "Dave Harris", direction: .within,
                    started: Timestamp(unix: 1_642_008_984), durationMilliseconds: 250_000, source: "20220112173629-1641980184.14-5566-5556-Internal.wav"))
            let second = try await world.record(
                RecordingDraft(
                    callerNumber: "5555", callerName: "Leo Ball", calleeNumber: "5556", calleeName: "Dave Harris", direction: .within,
                    started: Timestamp(unix: 1_642_082_944), durationMilliseconds: 7000))
            #expect(second.callRecordID.wholeMatch(of: /20220113140904[0-9A-F]{5}/) != nil && second.serial == first.serial + 1)
            func item(_ recording: Recording, _ time: String, _ from: (String, String), _ seconds: Int) -> JSON {
                [
                    "id": .int(recording.serial), "time": .string(time), "uid": .string(recording.callRecordID), "call_from": .string("\(from.0)<\(from.1)>"),
                    "call_to": "Dave Harris<5556>", "duration": .int(seconds), "size": .int(recording.audio.size), "call_type": "Internal",
                    "file": .string(recording.name), "call_from_number": .string(from.1), "call_from_name": .string(from.0), "call_to_number": "5556",
                    "call_to_name": "Dave Harris",
                ]
            }
            expect(
                try await world.get("recording/list", ["sort_by": "id", "order_by": "asc"]),
                is: [
                    "errcode": 0, "errmsg": "SUCCESS", "total_number": 2,
                    "data": [
                        item(first, "01/12/2022 17:36:24", ("Evelyn", "5566"), 250), item(second, "01/13/2022 14:09:04", ("Leo Ball", "5555"), 7),
                    ],
                ])
        }
    }

    @Test("P§8.3: the link to a recording, as asked for on the 12th of April 2022")
    func recordingLink() async throws {
        let name = "20220412173331-1649756009.12-2002-2005-Internal.wav"
        try await PSeriesWorld.run(clock: ManualClock(Timestamp(unix: 1_649_786_341))) {
            $0.pSeries.firmware = "X.7.0.6-1"
        } _: { world in
            let recording = try await world.record(RecordingDraft(callerNumber: "2002", calleeNumber: "2005", source: name))
            let answer = try await world.get("recording/download", ["id": "\(recording.serial)"])
            let url = answer["download_resource_url"]
            expect(answer, is: ["errcode": 0, "errmsg": "SUCCESS", "file": .string(name), "download_resource_url": url ?? .null])
            #expect(url?.string?.wholeMatch(of: /\/api\/download\/Recording-X\.7\.0\.6-1-download-20220412175901-[A-Za-z0-9]{16}\.wav/) != nil)
        }
    }

    @Test("P§8.4: set to MP3, the URL ends so as that of the 30033 example does")
    func attachmentLink() async throws {
        try await PSeriesWorld.run(clock: ManualClock(Timestamp(unix: 1_755_887_357))) {
            $0.pSeries.firmware = "37.20.0.53"
            $0.pSeries.recordingFormat = .mp3
        } _: { world in
            let source = "20250819095658-1755568612.24-2192-2193-Internal.wav"
            let recording = try await world.record(RecordingDraft(callerNumber: "2192", calleeNumber: "2193", source: source))
            let answer = try await world.get("recording/download", ["id": "\(recording.serial)"])
            #expect(answer["file"] == "20250819095658-1755568612.24-2192-2193-Internal.mp3")
            let name = try #require(answer["download_resource_url"]?.string?.split(separator: "/").last)
            #expect(name.wholeMatch(of: /Recording-37\.20\.0\.53-download-20250822182917-[A-Za-z0-9]{16}\.mp3/) != nil)
            let file = try await world.server.send("GET", "/api/downloadattachment/\(name)?access_token=\(world.token)")
            #expect(file["Content-Type"] == "audio/mpeg")
        }
    }

    @Test("P§9.3: passwords are Base64 of the clear text")
    func password() {
        #expect(ExtensionView.encoded("Hc6mArW62M") == "SGM2bUFyVzYyTQ==")
        #expect(ExtensionView.encoded("1000") == "MTAwMA==")
    }

    @Test("P§11.3: the settings of the web hook")
    func webhook() async throws {
        try await PSeriesWorld.run { world in
            let receivers: JSON = [
                [
                    "url": "https://webhook.site/38e9dea1-be68-4381-8a8c-f0623517f513", "secret": "Pugghh14VCb05rtG7WGumbD4hwJPIabc", "request_method": "POST",
                    "event_ids": [0],
                ]
            ]
            let body: JSON = ["webhook_event_push_list": receivers, "webhook_event_push_timeout": 5, "webhook_event_push_retry_count": 3]
            expect(try await world.post("webhook/update", body), is: success)
            expect(
                try await world.get("webhook/query"),
                is: [
                    "errcode": 0, "errmsg": "SUCCESS",
                    "data": [
                        "enb_webhook_event_push": 1, "webhook_event_push_list": receivers, "webhook_event_push_timeout": 5,
                        "webhook_event_push_retry_count": 3, "webhook_event_ids": .array(PSeriesEvent.published.map { .int($0) }),
                    ],
                ])
        }
    }

    @Test("P§9.4: presence alone is changed")
    func presence() async throws {
        try await PSeriesWorld.run { world in
            let id = JSON.int(world.extensions[0].serial)
            expect(try await world.post("extension/update", ["id": id, "presence_status": "off_work"]), is: success)
            #expect(try await world.get("extension/get", ["id": "\(world.extensions[0].serial)"])["data"]?["presence_status"] == "off_work")
        }
    }
}
