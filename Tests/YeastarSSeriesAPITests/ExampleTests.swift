import Foundation
import HTTPTypes
import TestKit
import Testing
import Voicemail

/// The examples of the vendors' pages, each as a whole answer. What a server makes up is masked.
@Suite("Every example of the contract")
struct ExampleTests {
    @Test("The seed page: voicemail/query of v0.0.1, one extension and all of them, headers included")
    func seed() async throws {
        try await SSeriesWorld.run("v0.0.1", extensions: ["101", "102"]) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "102", from: "6000", at: "2020-04-07 10:56:40", seconds: 4)
            try await world.leave(in: "102", from: "7001", at: "2020-04-07 10:57:31", seconds: 3)
            try await world.leave(in: "102", from: "7001", at: "2020-04-07 11:00:08", seconds: 2)
            let expected: JSON = [
                "status": "Success",
                "voicemails": [
                    [
                        "extid": "102",
                        "voicemail": [
                            [
                                "voicemailfile": "msg0000.wav", "messagefrom": "6000", "voicemaildate": "2020-04-07 10:56:40",
                                "voicemaillength": "4",
                            ],
                            [
                                "voicemailfile": "msg0001.wav", "messagefrom": "7001", "voicemaildate": "2020-04-07 10:57:31",
                                "voicemaillength": "3",
                            ],
                            [
                                "voicemailfile": "msg0002.wav", "messagefrom": "7001", "voicemaildate": "2020-04-07 11:00:08",
                                "voicemaillength": "2",
                            ],
                        ],
                    ]
                ],
            ]
            for body in ["{\n    \"extid\": \"102\"\n}\n", ""] {
                let answer = try await world.client.send("voicemail/query", body)
                #expect(answer.status == 200)
                #expect(answer["Access-Control-Allow-Origin"] == "*")
                #expect(answer["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS, PUT, DELETE")
                #expect(answer["Content-Type"] == "application/json")
                #expect(answer.text == expected.encoded)
            }
        }
    }

    @Test("voicemail/query of v1.1.0 and v2.0.0 (S§3.1)")
    func query() async throws {
        try await SSeriesWorld.run("v1.1.0", extensions: ["1000", "4000"]) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "1000", from: "2000", at: "2018-05-04 18:00:00", seconds: 42, folder: .saved)
            try await world.leave(in: "1000", from: "2000", at: "2018-05-04 18:30:00", seconds: 42)
            try await world.leave(in: "4000", from: "3000", at: "2019-10-20 21:41:42", seconds: 77)
            let first = try await world.client.send("voicemail/query", #"{"extid": "1000"}"#)
            #expect(
                first.text == #"{"status":"Success","voicemails":[{"extid":"1000","voicemail":["#
                    + #"{"voicemailfile":"msg0000.wav","messagefrom":"2000","voicemailstatus":"read","voicemaildate":"2018-05-04 18:00:00","voicemaillength":"42"},"#
                    + #"{"voicemailfile":"msg0001.wav","messagefrom":"2000","voicemailstatus":"unread","voicemaildate":"2018-05-04 18:30:00","voicemaillength":"42"}"#
                    + "]}]}")
            let second = try await world.client.speaking("v2.0.0").send("voicemail/query", #"{"number": "4000"}"#)
            #expect(
                second.text == #"{"status":"Success","voicemails":[{"number":"4000","voicemail":["#
                    + #"{"voicemailfile":"msg0000.wav","messagefrom":"3000","voicemailstatus":"unread","voicemaildate":"2019-10-20 21:41:42","voicemaillength":"77"}"#
                    + "]}]}")
        }
    }

    @Test(
        "voicemail/get_random (S§3.2)",
        arguments: [
            (
                "v0.0.1", #"{ "extid": "1004", "voicemailfile": "msg0000.wav" }"#,
                #"{"status":"Success","extid":"1004","voicemailfile":"msg0000.wav","random":"#
            ),
            (
                "v1.1.0", #"{ "extid": "1004", "voicemailfile": "msg0000.wav", "voicemailstatus": "unread" }"#,
                #"{"status":"Success","extid":"1004","voicemailstatus":"unread","voicemailfile":"msg0000.wav","random":"#
            ),
            (
                "v2.0.0", #"{ "number": "1004", "voicemailfile": "msg0000.wav", "voicemailstatus": "unread" }"#,
                #"{"status":"Success","number":"1004","voicemailstatus":"unread","voicemailfile":"msg0000.wav","random":"#
            ),
        ])
    func random(version: String, body: String, beginning: String) async throws {
        try await SSeriesWorld.run(version, extensions: ["1004"]) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "1004")
            let answer = try await world.client.send("voicemail/get_random", body)
            #expect(HexID.isValid(answer.json["random"]?.string ?? ""))
            #expect(answer.text == beginning + "\"\(answer.json["random"]?.string ?? "")\"}")
        }
    }

    @Test(
        "voicemail/delete (S§3.4)",
        arguments: [
            ("v0.0.1", #"{ "extid": "102", "voicemailfile": "msg0000.wav" }"#),
            ("v1.1.0", #"{ "extid": "102", "voicemailfile": "msg0000.wav", "voicemailstatus": "read" }"#),
            ("v2.0.0", #"{ "number": "102", "voicemailfile": "msg0000.wav", "voicemailstatus": "read" }"#),
        ])
    func delete(version: String, body: String) async throws {
        try await SSeriesWorld.run(version, extensions: ["102"]) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "102", folder: .saved)
            let answer = try await world.client.send("voicemail/delete", body)
            #expect(answer.text == #"{"status":"Success"}"#)
            #expect(try await world.client.post("voicemail/query") == succeeded)
        }
    }

    @Test("login in JSON and XML, under both prefixes (S§2.1)")
    func login() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            let user = try await world.server.makeSSeriesUser(in: world.account, name: "xiaoshao")
            let digest = MD5.hex(user.password)
            let json = #"{ "username": "xiaoshao", "password": "\#(digest)", "port": "8260", "version": "0.0.1", "url": "172.16.6.150:8260", "urltag": 1 }"#
            let xml = """
                <?xml version="1.0" encoding="UTF-8" ?><xml><username>xiaoshao</username><password>\(digest)</password><port>8260</port>\
                <version>0.0.1</version><url>172.16.6.150:8260</url><urltag>1</urltag></xml>
                """
            func send(_ path: String, _ body: String) async throws -> Answer {
                try await world.server.send("POST", path, body: Array(body.utf8))
            }
            let first = try await send("/api/v0.0.1/login?type=json", json)
            let token = try #require(first.json["token"]?.string)
            #expect(HexID.isValid(token))
            #expect(first.text == #"{"status":"Success","token":"\#(token)"}"#)
            let second = try await send("/api/v1.1.0/login?type=json", json)
            #expect(second.json["status"] == "Success")
            #expect(second.json["token"] != first.json["token"])
            let third = try await send("/api/v0.0.1/login?type=xml", xml)
            #expect(third["Content-Type"] == "application/xml")
            let shape = /<\?xml version="1.0" encoding="utf-8"\?>\n?<xml><status>Success<\/status><token>([0-9a-f]{32})<\/token><\/xml>\n?/
            #expect(third.text.wholeMatch(of: shape) != nil, "\(third.text)")
            let fourth = try await send("/api/v2.0.0/login", #"{"username":"xiaoshao","password":"\#(digest.uppercased())"}"#)
            #expect(fourth.json["transport"] == "HTTP")
        }
    }

    @Test("A failure is the status and a number as text, nothing else (S§2.0)")
    func failure() async throws {
        try await SSeriesWorld.run("v0.0.1") { (world: SSeriesWorld) async throws in
            let json = try await world.client.send("nothing", "")
            #expect(json.status == 200)
            #expect(json.text == #"{"status":"Failed","errno":"10003"}"#)
            let xml = try await world.client.send("voicemail/query", "<xml><extid>9</extid></xml>", query: "&type=xml")
            #expect(xml.text.contains("<xml><status>Failed</status><errno>10006</errno></xml>"))
        }
    }

    @Test("heartbeat, logout and token/refresh (S§2.2 to S§2.4)")
    func sessions() async throws {
        try await SSeriesWorld.run("v0.0.1") { (world: SSeriesWorld) async throws in
            let beat = #"{ "ipaddr": "172.16.6.150", "port": "8280", "url": "172.16.6.150:8280", "urltag": "1" }"#
            #expect(try await world.client.send("heartbeat", beat).text == #"{"status":"Success"}"#)
            #expect(try await world.client.send("logout", "").text == #"{"status":"Success"}"#)
            let user = try await world.server.makeSSeriesUser(in: world.account)
            let login = try await world.server.send("POST", "/api/v1.1.0/login", json: user.login())
            let refresh = try #require(login.json["refreshtoken"]?.string)
            let answer = try await world.server.send("POST", "/api/v1.1.0/token/refresh", json: ["refreshtoken": .string(refresh)])
            let (token, next) = (try #require(answer.json["token"]?.string), try #require(answer.json["refreshtoken"]?.string))
            #expect(answer.text == #"{"status":"Success","token":"\#(token)","refreshtoken":"\#(next)"}"#)
            #expect(HexID.isValid(token) && HexID.isValid(next))
        }
    }

    @Test("extensionlist/query and extension/list, in JSON and XML (S§6.1, S§2.0)")
    func extensionList() async throws {
        try await SSeriesWorld.run("v0.0.1") { (world: SSeriesWorld) async throws in
            _ = try await world.server.makeMailbox("100", in: world.account, ["name": "100"])
            _ = try await world.server.makeMailbox("101", in: world.account, ["name": "xiaoshaokun"])
            let answer = try await world.client.send("extensionlist/query", "")
            #expect(
                answer.text == #"{"status":"Success","extlist":["#
                    + #"{"extnumber":"100","status":"Unavailable","type":"pjsip","username":"100","agentid":""},"#
                    + #"{"extnumber":"101","status":"Unavailable","type":"pjsip","username":"xiaoshaokun","agentid":""}]}"#)
            let xml = try await world.client.send("extensionlist/query", "", query: "&type=xml")
            #expect(xml.text.contains(#"<xml><status>Success</status><extlist><item id="0"><extnumber>100</extnumber>"#))
            #expect(xml.text.contains(#"<agentid></agentid></item><item id="1"><extnumber>101</extnumber>"#))
            let second = try await world.client.speaking("v2.0.0").send("extension/list", "{}")
            #expect(second.text.hasPrefix(#"{"status":"Success","extlist":[{"number":"100","status":"Unavailable","type":"SIP","username":"100""#))
        }
    }

    @Test("extension/query shows the fields of each version in their order (S§6.2)")
    func extensionQuery() async throws {
        try await SSeriesWorld.run("v0.0.1") { (world: SSeriesWorld) async throws in
            _ = try await world.server.makeMailbox(
                "101", in: world.account,
                [
                    "name": "xiaoshaokun", "pin": "666666", "notify_email_addresses": ["x@example.com"],
                ])
            #expect(
                try await world.client.send("extension/query", #"{"extid":"101"}"#).text == #"{"status":"Success","extinfos":[{"#
                    + #""extnumber":"101","username":"xiaoshaokun","type":"pjsip","noanswerforward":"on","busyforward":"off","status":"Unavailable","#
                    + #""callerid":"","userpassword":"","registerpassword":"","email":"x@example.com","moblie":"","maxregistrations":"1","#
                    + #""hasvoicemail":"on","vmsecret":"666666","enablevmtoemail":"on","language":"en","allowbeingmonitored":"off","#
                    + #""monitormode":"disable","maxduration":"10800","dnd":"off"}]}"#)
            let sSeries =
                "username status type callerid registername registerpassword maxregistrations loginpassword email "
                + "moblie language hasvoicemail enablevmtoemail vmsecret alwaysforward noanswerforward ntransferto ntransferprefix busyforward "
                + "btransferto btransferprefix ringsimultaneous mobileprefix enablemobile allowbeingmonitored monitormode ringtimeout maxduration dnd "
                + "callrestriction agentid"
            for (version, key, fields) in [
                ("v1.1.0", "extid", "extnumber " + sSeries), ("v2.0.0", "number", "number " + sSeries.replacing("moblie", with: "mobile")),
            ] {
                let answer = try await world.client.speaking(version).send("extension/query", "{\"\(key)\":\"101\"}")
                let shown = answer.text.matches(of: /"([a-z]+)":"/).map { String($0.output.1) }
                #expect(shown == ["status"] + fields.split(separator: " ").map(String.init))
            }
        }
    }

    /// OpenVox's example; the passwords are not kept, and what it leaves out with dots is made up.
    @Test("extension/query answers OpenVox's example for what its client has set, in JSON and XML (S§6.2, S§2.0)")
    func openVoxExtension() async throws {
        try await SSeriesWorld.run("v0.0.1", extensions: ["101"]) { (world: SSeriesWorld) async throws in
            let update =
                #"{"extid":"101","username":"xiaoshaokun","noanswerforward":"off","busyforward":"off","callerid":"858585","email":"x@example.com","#
                + #""moblie":"15555550100","maxregistrations":"3","hasvoicemail":"on","vmsecret":"666666","enablevmtoemail":"on","language":"cn"}"#
            #expect(try await world.client.send("extension/update", update).text == #"{"status":"Success"}"#)
            #expect(
                try await world.client.send("extension/query", #"{"extid":"101"}"#).text == #"{"status":"Success","extinfos":[{"#
                    + #""extnumber":"101","username":"xiaoshaokun","type":"pjsip","noanswerforward":"off","busyforward":"off","status":"Unavailable","#
                    + #""callerid":"858585","userpassword":"","registerpassword":"","email":"x@example.com","moblie":"15555550100","#
                    + #""maxregistrations":"3","hasvoicemail":"on","vmsecret":"666666","enablevmtoemail":"on","language":"cn","#
                    + #""allowbeingmonitored":"off","monitormode":"disable","maxduration":"10800","dnd":"off"}]}"#)
            let request = #"<?xml version="1.0" encoding="utf-8"?><xml><extid>101</extid></xml>"#
            let xml = try await world.client.send("extension/query", request, query: "&type=xml")
            #expect(xml["Content-Type"] == "application/xml")
            #expect(xml.text.contains(#"<xml><status>Success</status><extinfos><item id="0"><extnumber>101</extnumber><username>xiaoshaokun</username>"#))
            #expect(xml.text.contains("<userpassword></userpassword>"))
            #expect(xml.text.contains("<dnd>off</dnd></item></extinfos></xml>"))
        }
    }

    @Test("The type is honoured where the vendor documents no XML too (S§2.0)")
    func undocumentedXML() async throws {
        try await SSeriesWorld.run("v1.1.0", extensions: ["1004"]) { (world: SSeriesWorld) async throws in
            try await world.leave(in: "1004")
            func send(_ endpoint: String, _ body: String = "") async throws -> String {
                try await world.client.send(endpoint, body, query: "&type=xml").text
            }
            let box = "<extid>1004</extid><voicemailfile>msg0000.wav</voicemailfile>"
            let random = try await send("voicemail/get_random", "<xml>\(box)</xml>")
            let shape = /<random>[0-9a-f]{32}<\/random><\/xml>\n?/
            #expect(random.contains("<xml><status>Success</status><extid>1004</extid><voicemailstatus>unread</voicemailstatus>"))
            #expect(random.firstMatch(of: shape) != nil, "\(random)")
            for (endpoint, body) in [
                ("voicemail/delete", "<xml>\(box)<voicemailstatus>unread</voicemailstatus></xml>"), ("heartbeat", "<xml><port>8280</port></xml>"),
                ("logout", ""),
            ] {
                #expect(try await send(endpoint, body).contains("<xml><status>Success</status></xml>"), "\(endpoint)")
            }
        }
    }

    @Test("deviceinfo/query (S§6.4) and apply (S§6.5)")
    func device() async throws {
        try await SSeriesWorld.run("v1.0.0", extensions: ["100", "101"], now: Timestamp(unix: 1_495_668_320)) { (world: SSeriesWorld) async throws in
            let info = try await world.client.post("deviceinfo/query")["deviceinfo"]
            #expect(
                Set(info?.object?.keys.elements ?? []) == [
                    "devicename", "sn", "hardwarever", "firmwarever", "systemtime", "uptime", "extensionstatus",
                ])
            #expect(info?["extensionstatus"] == "0/2")
            #expect(info?["systemtime"] == "2017-05-24 23:25:20 UTC")
            #expect(info?["sn"]?.string?.wholeMatch(of: /[0-9]{12}/) != nil)
            #expect(info?["uptime"]?.string?.wholeMatch(of: /[0-9]{2,}:[0-9]{2}:[0-9]{2}/) != nil)
            #expect(try await world.client.post("apply") == succeeded)
        }
    }
}
