import HTTPFront
import TestKit
import Testing
import Voicemail

@testable import YeastarPSeriesAPI

/// `extension/*` (P§9.1 to P§9.4).
@Suite struct ExtensionTests {
    private let success: JSON = ["errcode": 0, "errmsg": "SUCCESS"]
    private let notFound: JSON = ["errcode": 60001, "errmsg": "DATA NOT FOUND"]

    private func item(_ id: Int, _ number: String, _ name: String, email: String = "", mobile: String = "", presence: String = "available") -> JSON {
        [
            "id": .int(id),
            "online_status": [
                "sip_phone": ["status": 0, "ext_dev_type": "sip"], "linkus_desktop": ["status": 0, "ext_dev_type": "linkusdesktop"],
                "linkus_mobile": ["status": 0, "ext_dev_type": "linkusmobile"], "linkus_web": ["status": 0, "ext_dev_type": "linkusweb"],
            ],
            "presence_status": .string(presence), "number": .string(number), "caller_id_name": .string(name), "role_name": "",
            "email_addr": .string(email), "mobile_number": .string(mobile),
        ]
    }

    @Test("The contract's sample; groups are no extensions")
    func list() async throws {
        try await PSeriesWorld.run { world in
            let ids = world.extensions.map(\.serial)
            expect(
                try await world.get("extension/list"),
                is: [
                    "errcode": 0, "errmsg": "SUCCESS", "total_number": 2, "data": [item(ids[0], "3200", "Box 3200"), item(ids[1], "3201", "Box 3201")],
                ])
        }
    }

    /// The extensions of a list, by number.
    private func numbers(_ world: PSeriesWorld, _ endpoint: String, _ query: KeyValuePairs<String, String>, total: Int) async throws -> [String] {
        let answer = try await world.get(endpoint, query)
        #expect(answer["total_number"] == .int(total))
        return answer["data"]?.array?.compactMap { $0["number"]?.string } ?? []
    }

    @Test("Sorted by every key, both ways, in pages; searched in number, name, e-mail and mobile number, whatever the case")
    func sortedAndSearched() async throws {
        try await PSeriesWorld.run { world in
            for (number, first, email, mobile, presence) in [
                ("99", "Zoe", "a@example.com", "+353861", "lunch"), ("401", "adam", "z@example.com", "0049", "away"),
            ] {
                let answer = try await world.post(
                    "extension/create",
                    [
                        "number": .string(number), "first_name": .string(first), "email_addr": .string(email), "mobile_number": .string(mobile),
                        "presence_status": .string(presence),
                    ])
                #expect(answer.code == 0)
            }
            func sorted(_ key: String, _ order: String = "asc") async throws -> [String] {
                try await numbers(world, "extension/list", ["sort_by": key, "order_by": order], total: 4)
            }
            #expect(try await sorted("id") == ["3200", "3201", "99", "401"])
            #expect(try await sorted("id", "desc") == ["401", "99", "3201", "3200"])
            #expect(try await sorted("number") == ["99", "401", "3200", "3201"])
            #expect(try await sorted("caller_id_name") == ["401", "3200", "3201", "99"])
            #expect(try await sorted("email_addr", "desc") == ["401", "99", "3200", "3201"])
            #expect(try await sorted("mobile_number") == ["3200", "3201", "99", "401"])
            #expect(try await sorted("presence_status") == ["3200", "3201", "401", "99"])
            #expect(try await numbers(world, "extension/list", ["page": "2", "page_size": "3"], total: 4) == ["401"])
            #expect(try await numbers(world, "extension/search", ["search_value": "BOX 3201"], total: 1) == ["3201"])
            #expect(try await numbers(world, "extension/search", ["search_value": "01"], total: 2) == ["3201", "401"])
            #expect(try await numbers(world, "extension/search", ["search_value": "@EXAMPLE"], total: 2) == ["99", "401"])
            #expect(try await numbers(world, "extension/search", ["search_value": "861"], total: 1) == ["99"])
            #expect(try await numbers(world, "extension/search", ["search_value": "6300"], total: 0) == [])
            #expect(try await numbers(world, "extension/search", [:], total: 4).count == 4)
            expect(try await world.get("extension/list", ["sort_by": "role_name"]), is: parameterError("sort_by", "role_name"))
        }
    }

    private func detail(_ id: Int, _ changes: JSONObject = [:]) -> JSON {
        let standard: JSONObject = [
            "id": .int(id), "type": "SIP", "first_name": "Box 3200", "last_name": "", "email_addr": "", "mobile_number": "", "number": "3200",
            "caller_id": "3200", "user_lang": "system", "presence_status": "available", "enb_vm": 1, "enb_vm_pin": 0, "vm_pin": "",
            "new_vm_notify": "no", "after_vm_notify": "no", "enb_vm_play_datetime": 0, "enb_vm_play_caller_id": 0, "enb_vm_play_duration": 0,
            "vm_greeting": "follow_system",
            "presence_list": [
                ["status": "available"], ["status": "away"], ["status": "business_trip"], ["status": "do_not_disturb"], ["status": "lunch"],
                ["status": "off_work"],
            ],
        ]
        return .object(standard.merging(changes) { $1 })
    }

    @Test("One extension in full; several, in the order asked; by number too; unknown ones")
    func detailed() async throws {
        try await PSeriesWorld.run { world in
            let ids = world.extensions.map(\.serial)
            expect(try await world.get("extension/get", ["id": "\(ids[0])"]), is: ["errcode": 0, "errmsg": "SUCCESS", "data": detail(ids[0])])
            let both = try await world.get("extension/query", ["ids": "\(ids[1]),\(ids[0]),\(ids[0])"])
            #expect(both.code == 0 && both["data"]?.array?.map { $0["number"] } == ["3201", "3200"])
            #expect(both["data"]?.array?[1].isEquivalent(to: detail(ids[0])) == true)
            #expect(try await world.get("extension/query", ["number": "3201, 3200"])["data"]?.array?.map { $0["id"] } == [.int(ids[1]), .int(ids[0])])
            let partly = try await world.get("extension/query", ["ids": "\(ids[0]),999999,\(world.group.serial)"])
            #expect(partly.code == 1 && partly["errmsg"] == "PARTIAL SUCCESS" && partly["data"]?.array?.count == 1)
            for id in ["999999", "\(world.group.serial)", "\(world.account.serial)", "-1"] {
                expect(try await world.get("extension/get", ["id": id]), is: notFound)
                expect(try await world.get("extension/query", ["ids": id]), is: notFound)
            }
            expect(try await world.get("extension/query", ["number": "6300"]), is: notFound)
            expect(try await world.get("extension/get"), is: parameterError("id", required: true))
            expect(try await world.get("extension/query"), is: parameterError("ids", required: true))
            expect(try await world.get("extension/get", ["id": "x"]), is: ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"])
        }
    }

    @Test("Every setting, changed and seen again; what is not named stays; the contract's example")
    func update() async throws {
        try await PSeriesWorld.run { world in
            let id = world.extensions[0].serial
            _ = try await world.upload("vm_away.wav", WAV.silence(milliseconds: 100))
            expect(try await world.post("extension/update", ["id": .int(id), "presence_status": "off_work"]), is: success)
            let changes: JSONObject = [
                "enb_vm": 0, "enb_vm_pin": 1, "vm_pin": "MTAwMA==", "new_vm_notify": "with_attachment", "after_vm_notify": "mark_as_read",
                "enb_vm_play_datetime": 1, "enb_vm_play_caller_id": 1, "enb_vm_play_duration": 1, "vm_greeting": "vm_away.wav",
                "first_name": "Leo", "last_name": "Ball", "email_addr": "leo@example.com", "mobile_number": "+353861", "caller_id": "100",
                "user_lang": "en", "presence_list": [["status": "away", "enb_ex_always_forward": 1]],
            ]
            expect(try await world.post("extension/update", .object(changes.merging(["id": .string(String(id)), "hide_callerid": 1]) { $1 })), is: success)
            let expected = changes.merging(["presence_status": "off_work"]) { $1 }
            expect(try await world.get("extension/get", ["id": "\(id)"])["data"] ?? .null, is: detail(id, expected))
            let listed = try await world.get("extension/list")["data"]?.array?[0] ?? .null
            expect(listed, is: item(id, "3200", "Leo Ball", email: "leo@example.com", mobile: "+353861", presence: "off_work"))
            // In the words of the mailbox.
            let mailbox = try await world.service.mailboxes.find(world.extensions[0].id, of: world.account)
            #expect(world.service.mailboxes.pin(of: mailbox) == PIN("1000") && mailbox.requiresPIN && !mailbox.isEnabled)
            #expect(mailbox.isSavedAfterNotify && mailbox.mailCarriesAudio)
            for (change, shown): (JSONObject, JSONObject) in [
                (["new_vm_notify": "without_attachment"], ["new_vm_notify": "without_attachment"]), (["new_vm_notify": "no"], ["new_vm_notify": "no"]),
                (["after_vm_notify": "delete"], ["after_vm_notify": "delete"]), (["after_vm_notify": "no_change"], ["after_vm_notify": "no"]),
                (["vm_greeting": "follow_system"], ["vm_greeting": "follow_system"]), (["last_name": "Bell"], ["last_name": "Bell"]),
                (["vm_pin": "2000"], ["vm_pin": "MjAwMA=="]),
            ] {
                expect(try await world.post("extension/update", .object(change.merging(["id": .int(id)]) { $1 })), is: success)
                let now = try await world.get("extension/get", ["id": "\(id)"])["data"]
                for (field, value) in shown { #expect(now?[field] == value, "\(field)") }
            }
            #expect(try await world.get("extension/list")["data"]?.array?[0]["caller_id_name"] == "Leo Bell")
        }
    }

    @Test("Each of two changes of half a name at one time keeps the other's half")
    func halves() async throws {
        try await PSeriesWorld.run { world in
            let id = world.extensions[0].serial, mailboxes = world.service.mailboxes
            func names() async throws -> [JSON?] {
                let data = try await world.get("extension/get", ["id": "\(id)"])["data"]
                return [data?["first_name"], data?["last_name"]]
            }
            expect(try await world.post("extension/update", ["id": .int(id), "first_name": "Leo", "last_name": "Ball"]), is: success)
            // Both were read before either is stored.
            let requests = try ["first_name": "Lea", "last_name": "Bell"].map { field, name in
                try ExtensionRequest(PSeriesParameters(query: Query(), body: [field: .string(name)]), isChange: true)
            }
            for request in requests { _ = try await mailboxes.change(world.extensions[0].id, in: world.account) { request.settings(of: $0) } }
            #expect(try await names() == ["Lea", "Bell"])
            #expect(try await mailboxes.find(world.extensions[0].id, of: world.account).name == "Lea Bell")
            for round in 0..<10 {
                async let first = world.post("extension/update", ["id": .int(id), "first_name": .string("F\(round)")])
                async let last = world.post("extension/update", ["id": .int(id), "last_name": .string("L\(round)")])
                let answers = try await [first, last]
                #expect(answers.allSatisfy { $0.code == 0 })
                #expect(try await names() == [.string("F\(round)"), .string("L\(round)")])
            }
        }
    }

    @Test("What is given empty is empty afterwards; what cannot be empty is refused")
    func emptied() async throws {
        try await PSeriesWorld.run { world in
            let id = JSON.int(world.extensions[0].serial)
            func shown() async throws -> JSON? { try await world.get("extension/get", ["id": "\(world.extensions[0].serial)"])["data"] }
            expect(
                try await world.post(
                    "extension/update",
                    [
                        "id": id, "first_name": "Leo", "last_name": "Ball", "email_addr": "leo@example.com", "mobile_number": "+353861", "caller_id": "100",
                        "custom_presence_status": "At lunch", "vm_pin": "MTAwMA==",
                    ]), is: success)
            for (field, empty): (String, JSON) in [
                ("last_name", ""), ("email_addr", ""), ("mobile_number", ""), ("caller_id", "3200"), ("vm_pin", ""),
            ] {
                #expect(try await shown()?[field] != empty)
                expect(try await world.post("extension/update", .object((["id": id] as JSONObject).merging([field: ""]) { $1 })), is: success)
                #expect(try await shown()?[field] == empty, "\(field)")
            }
            expect(try await world.post("extension/update", ["id": id, "custom_presence_status": ""]), is: success)
            let listed = try await world.get("extension/list")["data"]?.array?[0]
            #expect(listed?["custom_presence_status"] == nil && listed?["caller_id_name"] == "Leo")
            expect(try await world.get("extension/getpassword", ["id": "\(world.extensions[0].serial)", "type": "vm_pin"]), is: notFound)
            let before = try await shown()
            for field in ["number", "new_vm_notify", "after_vm_notify", "presence_status", "vm_greeting", "first_name"] {
                expect(try await world.post("extension/update", .object((["id": id] as JSONObject).merging([field: ""]) { $1 })), is: parameterError(field, ""))
            }
            expect(try await world.post("extension/update", ["id": id, "enb_vm": ""]), is: ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"])
            #expect(try await shown() == before)
        }
    }

    @Test("Values outside what may be there, and nothing is changed for them")
    func updateRefusals() async throws {
        try await PSeriesWorld.run { world in
            let id = JSON.int(world.extensions[0].serial)
            let before = try await world.get("extension/get", ["id": "\(world.extensions[0].serial)"])
            for (field, value): (String, JSON) in [
                ("enb_vm", 2), ("enb_vm_pin", -1), ("new_vm_notify", "yes"), ("after_vm_notify", "burn"), ("presence_status", "here"),
                ("enb_vm_play_duration", 7), ("number", "32a"), ("email_addr", "nobody"), ("mobile_number", .string(String(repeating: "1", count: 129))),
            ] {
                let answer = try await world.post("extension/update", .object((["id": id, "last_name": "X"] as JSONObject).merging([field: value]) { $1 }))
                #expect(answer.code == 40002 && answer["invalid_param_list"]?.array?.first?["field"] == .string(field), "\(answer.encoded)")
            }
            for pin: JSON in ["MTA=", "x", "eHl6eg==", "MTIzNDU2Nzg5MDEyMzQ1Ng=="] {
                // Not even a PIN that is refused is shown.
                expect(try await world.post("extension/update", ["id": id, "vm_pin": pin]), is: parameterError("vm_pin"))
            }
            for list: JSON in [
                "away", [["status": "gone"]], .array(Array(repeating: ["status": "away"], count: 7)),
                [["status": "away", "x": .string(String(repeating: "y", count: 20_000))]],
            ] {
                expect(try await world.post("extension/update", ["id": id, "presence_list": list]), is: parameterError("presence_list"))
            }
            expect(try await world.post("extension/update", ["id": id, "vm_greeting": "nothing.wav"]), is: notFound)
            expect(try await world.post("extension/update", ["presence_status": "away"]), is: parameterError("id", required: true))
            expect(try await world.post("extension/update", ["id": 999_999, "presence_status": "away"]), is: notFound)
            expect(try await world.post("extension/update", ["id": id, "enb_vm": "on"]), is: ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"])
            expect(try await world.get("extension/get", ["id": "\(world.extensions[0].serial)"]), is: before)
        }
    }

    @Test("A new extension answers its id and starts as the vendor's do; the third published error, to the letter")
    func create() async throws {
        try await PSeriesWorld.run { world in
            let answer = try await world.post(
                "extension/create",
                [
                    "number": "1011", "first_name": "Example", "email_addr": "someone@example.com", "vm_pin": "MTAwMA==",
                ])
            let id = try #require(answer["id"]?.int)
            expect(answer, is: ["errcode": 0, "errmsg": "SUCCESS", "id": .int(id)])
            expect(
                try await world.get("extension/get", ["id": "\(id)"])["data"] ?? .null,
                is: detail(
                    id,
                    [
                        "number": "1011", "caller_id": "1011", "first_name": "Example", "email_addr": "someone@example.com", "enb_vm_pin": 1,
                        "vm_pin": "MTAwMA==",
                        "new_vm_notify": "with_attachment",
                    ]))
            expect(
                try await world.post("extension/create", ["number": "1012", "email_addr": "someone@example.com"]),
                is: [
                    "errcode": 40003, "errmsg": "DUPLICATE KEY VALUE", "submsg": "Extension create fail for duplicate fields",
                    "duplicate_field_list": [
                        ["field": "email_addr", "value": "someone@example.com", "external_source": "extension", "external_source_name": "1011"]
                    ],
                ])
            expect(
                try await world.post("extension/create", ["number": "6300", "first_name": "x"]),
                is: [
                    "errcode": 40003, "errmsg": "DUPLICATE KEY VALUE", "submsg": "Extension create fail for duplicate fields",
                    "duplicate_field_list": [["field": "number", "value": "6300", "external_source": "groupvoicemail", "external_source_name": "6300"]],
                ])
            expect(
                try await world.post("extension/update", ["id": .int(id), "number": "3200"]),
                is: [
                    "errcode": 40003, "errmsg": "DUPLICATE KEY VALUE", "submsg": "Extension update fail for duplicate fields",
                    "duplicate_field_list": [["field": "number", "value": "3200", "external_source": "extension", "external_source_name": "3200"]],
                ])
            // One's own values are no duplicates.
            expect(try await world.post("extension/update", ["id": .int(id), "number": "1011", "email_addr": "someone@example.com"]), is: success)
            expect(try await world.post("extension/create", ["first_name": "x"]), is: parameterError("number", required: true))
            #expect(try await world.get("extension/list")["total_number"] == 3)
        }
    }

    @Test("Of several that ask for the same number or address at once, one gets it; the others hear what clashed")
    func races() async throws {
        try await PSeriesWorld.run { world in
            func codes(_ bodies: [JSON], _ endpoint: String) async throws -> [JSON] {
                try await withThrowingTaskGroup(of: JSON.self) { group in
                    for body in bodies { group.addTask { try await world.post(endpoint, body) } }
                    return try await group.reduce(into: []) { $0.append($1) }.sorted { ($0.code ?? 0) < ($1.code ?? 0) }
                }
            }
            let created = try await codes((0..<6).map { _ in ["number": "4000"] }, "extension/create")
            #expect(created.map(\.code) == [0] + Array(repeating: 40003, count: 5))
            for failure in created.dropFirst() {
                expect(
                    failure,
                    is: [
                        "errcode": 40003, "errmsg": "DUPLICATE KEY VALUE", "submsg": "Extension create fail for duplicate fields",
                        "duplicate_field_list": [["field": "number", "value": "4000", "external_source": "extension", "external_source_name": "4000"]],
                    ])
            }
            let mailed = try await codes((1...6).map { ["number": .string("500\($0)"), "email_addr": "one@example.com"] }, "extension/create")
            #expect(mailed.map(\.code) == [0] + Array(repeating: 40003, count: 5))
            for failure in mailed.dropFirst() { #expect(failure["duplicate_field_list"]?.array?.map { $0["field"] } == ["email_addr"]) }
            let updates = world.extensions.map { JSON.object(["id": .int($0.serial), "email_addr": "two@example.com"]) }
            #expect(try await codes(updates, "extension/update").map(\.code) == [0, 40003])
            let listed = try await world.get("extension/list")["data"]?.array ?? []
            #expect(listed.count { $0["email_addr"] == "one@example.com" } == 1 && listed.count { $0["email_addr"] == "two@example.com" } == 1)
        }
    }

    @Test("A plus sign looked for is one, written as it is or encoded; what was meant as a blank is found, too")
    func plusSigns() async throws {
        try await PSeriesWorld.run { world in
            let id = JSON.int(world.extensions[0].serial)
            _ = try await world.post("extension/update", ["id": id, "first_name": "Leo", "last_name": "Ball", "mobile_number": "+15550171"])
            _ = try await world.post("extension/update", ["id": .int(world.extensions[1].serial), "mobile_number": "004415550171"])
            for (value, numbers) in [
                ("+1555", ["3200"]), ("%2B1555", ["3200"]), ("1555", ["3200", "3201"]), ("leo+ball", ["3200"]), ("leo%20ball", ["3200"]), ("+44", []),
            ] {
                let answer = try await world.raw("GET", "/openapi/v1.0/extension/search?access_token=\(world.token)&search_value=\(value)")
                #expect(answer["data"]?.array?.compactMap { $0["number"]?.string } == numbers, "\(value)")
            }
        }
    }

    @Test("A removed extension is gone with its messages and greetings, and its number is free")
    func delete() async throws {
        try await PSeriesWorld.run { world in
            let id = "\(world.extensions[0].serial)"
            try await world.leave()
            _ = try await world.upload("a.wav", WAV.silence(milliseconds: 100))
            expect(try await world.get("extension/delete", ["id": id]), is: success)
            expect(try await world.get("extension/delete", ["id": id]), is: notFound)
            expect(try await world.get("vm/get", ["number": "3200"]), is: notFound)
            expect(try await world.get("extension/delete"), is: parameterError("id", required: true))
            expect(try await world.get("extension/delete", ["id": "\(world.group.serial)"]), is: notFound)
            let anew = try await world.post("extension/create", ["number": "3200"])
            #expect(anew.code == 0 && anew["id"] != .string(id))
            #expect(try await world.messages().isEmpty)
            #expect(try await world.greetingNames() == [])
        }
    }

    @Test("The PIN in Base64; no PIN and no registration password are not found")
    func password() async throws {
        try await PSeriesWorld.run { world in
            let id = "\(world.extensions[0].serial)"
            expect(try await world.get("extension/getpassword", ["id": id, "type": "vm_pin"]), is: notFound)
            _ = try await world.post("extension/update", ["id": .string(id), "vm_pin": "MTAwMA=="])
            expect(
                try await world.get("extension/getpassword", ["id": id, "type": "vm_pin"]), is: ["errcode": 0, "errmsg": "SUCCESS", "password": "MTAwMA=="])
            expect(try await world.get("extension/getpassword", ["id": id, "type": "reg_password"]), is: notFound)
            expect(try await world.get("extension/getpassword", ["id": id, "type": "pin"]), is: parameterError("type", "pin"))
            expect(try await world.get("extension/getpassword", ["id": id]), is: parameterError("type", required: true))
            expect(try await world.get("extension/getpassword", ["type": "vm_pin"]), is: parameterError("id", required: true))
            expect(try await world.get("extension/getpassword", ["id": "999999", "type": "vm_pin"]), is: notFound)
        }
    }
}
