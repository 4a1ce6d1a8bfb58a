import Server
import TestKit
import Testing
import Voicemail

/// K§12, row by row: what concerns mailboxes and their lists.
@Suite struct Section12BoxTests {
    @Test("K§12-07: a PIN has 4 to 15 characters, or as many as configured", arguments: [nil, 6] as [Int?])
    func pinLength(_ configured: Int?) async throws {
        try await Section12Stage.run {
            if let configured { $0.limits.maximumPinLength = configured }
        } _: { (stage: Section12Stage) async throws in
            let most = configured ?? 15
            for (length, code, target) in [(3, "minLength", 4), (4, nil, 0), (most, nil, 0), (most + 1, "maxLength", most)] as [(Int, String?, Int)] {
                let answer = try await stage.call("PATCH", stage.box, ["pin": .string(String(repeating: "7", count: length))])
                #expect(answer.status == (code == nil ? 200 : 400), "\(length)")
                if let code { #expect(answer.data["pin"]?[code]?["target"] == .int(target)) }
            }
        }
    }

    @Test("K§12-08: media_extension is mp3, mp4 or wav, with or without a dot before it")
    func mediaExtension() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            for (given, stored) in [("mp3", "mp3"), ("mp4", "mp4"), ("wav", "wav"), (".wav", "wav"), (".mp3", "mp3"), ("ogg", nil), ("..wav", nil)]
                as [(String, String?)]
            {
                let answer = try await stage.call("PATCH", stage.box, ["media_extension": .string(given)])
                #expect(answer.status == (stored == nil ? 400 : 200), "\(given)")
                if let stored { #expect(answer.data["media_extension"]?.string == stored) } else { #expect(answer.data["media_extension"]?["enum"] != nil) }
            }
        }
    }

    @Test("K§12-09: the last page has no next_start_key, or an empty list where that is configured", arguments: [false, true])
    func lastPage(_ isEmptyList: Bool) async throws {
        try await Section12Stage.run {
            $0.kazoo.emptyNextStartKey = isEmptyList
        } _: { (stage: Section12Stage) async throws in
            for _ in 0..<3 { _ = try await stage.leave() }
            for path in [stage.boxes, stage.messages, stage.boxes + "/messages"] {
                let last = try await stage.call("GET", path)
                #expect(last.json["next_start_key"] == (isEmptyList ? [] : nil), "\(path)")
                let first = try await stage.call("GET", path + "?page_size=1")
                #expect(first.json["next_start_key"]?.string?.isEmpty == false)
            }
        }
    }

    @Test("K§12-10: page_size in an answer is the number of its rows")
    func pageSize() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            for _ in 0..<3 { _ = try await stage.leave() }
            for (path, rows) in [(stage.boxes, 2), (stage.messages, 3), (stage.boxes + "/messages", 3), (stage.messages + "?page_size=2", 2)] {
                #expect(try await stage.call("GET", path).json["page_size"] == .int(rows), "\(path)")
            }
        }
    }

    @Test("K§12-11: rows of mailboxes have flags, and folders once there is a message")
    func rows() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            _ = try await stage.call("PATCH", stage.box, ["flags": ["a"]])
            _ = try await stage.leave()
            _ = try await stage.leave(MessageDraft(folder: .saved))
            expect(
                try await stage.call("GET", stage.boxes).data,
                is: [
                    [
                        "id": .string(stage.world.mailbox.id), "name": "Box 3000", "mailbox": "3000", "flags": ["a"], "messages": 2,
                        "folders": ["new": 1, "saved": 1],
                    ],
                    ["id": .string(stage.other.id), "name": "Box 4000", "mailbox": "4000", "flags": [], "messages": 0],
                ])
        }
    }

    @Test("K§12-12: not_configurable is false by itself")
    func notConfigurable() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in #expect(try await stage.call("GET", stage.box).data["not_configurable"] == false)
        }
    }

    @Test("K§12-13: delete_after_notify deletes nothing that no notification was completed for")
    func deleteAfterNotify() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let set = try await stage.call("PATCH", stage.box, ["delete_after_notify": true, "notify_email_addresses": ["a@example.com"]])
            #expect(set.data["delete_after_notify"] == true)
            let left = try await stage.put(stage.messages, type: "audio/wav", Sounds.wav(milliseconds: 10))
            expect(try await stage.call("GET", stage.messages).data, is: [left.data])
            #expect(left.data["folder"] == "new")
        }
    }

    @Test("K§12-14: removing a mailbox answers with it, marked as deleted")
    func removedBox() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            var before = try await stage.call("GET", stage.box).data.object ?? [:]
            before["_read_only"] = ["deleted": true]
            let removed = try await stage.call("DELETE", stage.box)
            #expect(removed.status == 200)
            expect(removed.data, is: .object(before))
        }
    }

    @Test("K§12-17: the misprinted URLs of the samples are not served")
    func misprints() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            #expect(try await stage.call("POST", stage.boxes, ["name": "n", "mailbox": "1"]).status == 405)
            #expect(try await stage.call("PUT", stage.world.accountPath + "/messages", [:]).status == 404)
            // The listing of the account is shown with a mailbox's URL, which is that mailbox's listing.
            let here = try await stage.leave()
            let there = try await stage.leave(in: stage.other)
            #expect(try await stage.listed(stage.messages + "?paginate=true") == [here])
            let account = try await stage.call("GET", stage.boxes + "/messages?paginate=true").data.array ?? []
            #expect(Set(account.map(\.keys)) == [[stage.world.mailbox.id], [stage.other.id]])
            #expect(Set(account.compactMap { $0.object?.values.first?["media_id"]?.string }) == [here, there])
        }
    }

    @Test("K§12-18: a body without a content type, or with a form's, is JSON", arguments: [nil, "application/x-www-form-urlencoded"] as [String?])
    func untyped(_ type: String?) async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            #expect(try await stage.send("PATCH", stage.box, type: type, #"{"data":{"some_key":"some_value"}}"#).data["some_key"] == "some_value")
            let left = try await stage.send("PUT", stage.messages, type: type, #"{"data":{"caller_id_name":"someone"}}"#)
            #expect(left.status == 201 && left.data["caller_id_name"] == "someone")
            let id = left.data["media_id"]?.string ?? ""
            #expect(try await stage.send("POST", stage.messages + "/" + id, type: type, #"{"data": {"folder": "saved"}}"#).data["folder"] == "saved")
        }
    }

    @Test("K§12-32: a mailbox has the time zone it was sent")
    func timezone() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let sent: JSON = ["name": "VMBox 0", "mailbox": "3000", "timezone": "America/Los_Angeles"]
            #expect(try await stage.call("POST", stage.box, sent).data["timezone"] == "America/Los_Angeles")
            #expect(try await stage.call("GET", stage.box).data["timezone"] == "America/Los_Angeles")
        }
    }

    @Test("K§12-35: a mailbox is answered with every default")
    func defaults() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let made = try await stage.call("PUT", stage.boxes, ["name": "x", "mailbox": "1"])
            #expect(made.status == 201)
            let whole: JSON = [
                "id": made.data["id"] ?? .null, "name": "x", "mailbox": "1", "require_pin": false, "is_setup": false, "check_if_owner": true,
                "delete_after_notify": false, "save_after_notify": false, "skip_greeting": false, "skip_instructions": false, "skip_envelope": false,
                "not_configurable": false, "announcement_only": false, "oldest_message_first": false, "media": [:], "media_extension": "mp3",
                "notify_email_addresses": [], "include_message_on_notify": true, "include_transcription_on_notify": true, "transcribe": false,
                "is_voicemail_ff_rw_enabled": false, "seek_duration_ms": 10_000,
            ]
            expect(made.data, is: whole)
            expect(try await stage.call("GET", stage.boxes + "/" + (made.data["id"]?.string ?? "")).data, is: whole)
        }
    }

    @Test("K§12-36: the warning about the old address key comes with its conversion, and only then")
    func warning() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let old = try await stage.call("PATCH", stage.box, ["notify_email_address": "a@example.com"])
            #expect(old["Warning"] == "214 Transformation applied: attribute notify_email_address replaced")
            #expect(old.data["notify_email_addresses"] == ["a@example.com"] && old.data["notify_email_address"] == nil)
            #expect(try await stage.call("PATCH", stage.box, ["notify_email_addresses": ["b@example.com"]])["Warning"] == nil)
            #expect(try await stage.call("GET", stage.box)["Warning"] == nil)
        }
    }

    @Test("K§12-37: mailboxes are listed by name, across pages")
    func order() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            for (index, name) in ["d", "b", "a", "c"].enumerated() {
                _ = try await stage.call("PUT", stage.boxes, ["name": .string(name), "mailbox": .string("\(index)")])
            }
            var names: [String] = [], query = "?page_size=2"
            while true {
                let page = try await stage.call("GET", stage.boxes + query)
                names += page.data.array?.compactMap { $0["name"]?.string } ?? []
                guard let next = page.json["next_start_key"]?.string else { break }
                query = "?page_size=2&start_key=" + next
            }
            #expect(names == ["Box 3000", "Box 4000", "a", "b", "c", "d"])
        }
    }

    @Test("K§12-38: menu keys are kept under either name")
    func menuKeys() async throws {
        try await Section12Stage.run { (stage: Section12Stage) async throws in
            let keys: JSON = [
                "voicemail": [
                    "rec_unavailable": "1", "record_unavailable": "1", "rec_name": "2", "record_name": "2", "return_main": "0", "return_main_menu": "0",
                ]
            ]
            expect(try await stage.call("PATCH", stage.world.accountPath, ["keys": keys]).data["keys"] ?? .null, is: keys)
            expect(try await stage.call("GET", stage.world.accountPath).data["keys"] ?? .null, is: keys)
        }
    }
}
