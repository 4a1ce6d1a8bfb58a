import Audio
import NIOCore
import TestKit
import Testing
import Voicemail

@Suite("Recordings (S§4)")
struct RecordingTests {
    private static let names = [
        "exten-101-106-20200505-042135-1588641695.1772.wav", "20170901181806-1504261084.7-1001-1003-Internal.wav",
        "20191024012719-1571909237.191-4000-4001-Internal.wav",
    ]

    @Test("The examples of get_random and download, in every version", arguments: ["v0.0.1", "v1.0.1", "v1.1.0", "v2.0.0"])
    func examples(version: String) async throws {
        try await SSeriesWorld.run(version) { (world: SSeriesWorld) async throws in
            for name in Self.names {
                let audio = try AudioSamples.tones([300], seconds: 1).encoded(as: .wavPCM16)
                let stored = try await world.record(name, audio)
                #expect(stored.name == name)
                let body: JSON = ["recording": .string(name), "allowedip": "172.16.6.150"]
                let answer = try await world.client.send("recording/get_random", body.encoded)
                let random = try #require(answer.json["random"]?.string)
                #expect(HexID.isValid(random))
                #expect(answer.text == #"{"status":"Success","recording":"\#(name)","random":"\#(random)"}"#)
                let link = "recording/download?recording=\(name)&random=\(random)"
                let head = try await world.client.get(link, method: "HEAD")
                #expect(head["Content-Length"] == String(audio.count))
                let file = try await world.client.get(link)
                #expect(file.bytes == audio)
                #expect(file["Content-Type"] == "audio/wav")
                #expect(file["Content-Disposition"] == "attachment; filename=\"\(name)\"")
                #expect(try await world.client.get(link).json == failed("20012"))
            }
        }
    }

    @Test("Refusals")
    func refused() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            let audio = try AudioSamples.tones([300], seconds: 1).encoded(as: .wavPCM16)
            let first = Self.names[0], second = Self.names[1]
            let recording = try await world.record(first, audio)
            _ = try await world.record(second, audio)
            for (body, errno) in [
                (#"{"recording":"nothing.wav"}"#, "20014"), (#"{"recording":"../\#(first)"}"#, "20014"), ("{}", "10004"), ("", "20007"),
                (#"{"recording":"\#(first)","allowedip":"x"}"#, "20015"), (#"{"recording":["\#(first)"]}"#, "20000"),
            ] {
                #expect(try await world.client.send("recording/get_random", body).json == failed(errno), "\(body)")
            }
            func random() async throws -> String {
                try #require(try await world.client.post("recording/get_random", ["recording": .string(first)])["random"]?.string)
            }
            let one = try await random()
            #expect(try await world.client.get("recording/download?recording=\(second)&random=\(one)").json == failed("20012"))
            #expect(try await world.client.get("recording/download?recording=\(first)&random=0").json == failed("20012"))
            #expect(try await world.client.get("recording/download?recording=\(first)").json == failed("10004"))
            #expect(try await world.client.get("recording/download?random=\(one)").json == failed("10004"))
            #expect(try await world.client.get("voicemail/download?extid=1&voicemailfile=\(first)&random=\(one)").json == failed("20017"))
            world.server.clock.advance(by: 31)
            #expect(try await world.client.get("recording/download?recording=\(first)&random=\(one)").json == failed("20012"))
            let late = try await random()
            try await world.server.service.recordings.remove(recording)
            #expect(try await world.client.get("recording/download?recording=\(first)&random=\(late)").json == failed("20014"))
        }
    }

    @Test("Another token of the same client will do; another account has no such recording")
    func tokens() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            let name = Self.names[1]
            let audio = try AudioSamples.tones([300], seconds: 1).encoded(as: .wavPCM16)
            _ = try await world.record(name, audio)
            let random = try #require(try await world.client.post("recording/get_random", ["recording": .string(name)])["random"]?.string)
            let other = try await world.server.logIn(try await world.server.makeSSeriesUser(in: world.account))
            #expect(try await other.get("recording/download?recording=\(name)&random=\(random)").bytes == audio)

            let foreign = try await SSeriesWorld(on: world.server)
            #expect(try await foreign.client.post("recording/get_random", ["recording": .string(name)]) == failed("20014"))
            let again = try #require(try await world.client.post("recording/get_random", ["recording": .string(name)])["random"]?.string)
            #expect(try await foreign.client.get("recording/download?recording=\(name)&random=\(again)").json == failed("20014"))
        }
    }

    @Test("A plus in a name put into a link as it is")
    func plus() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            let audio = try AudioSamples.tones([300], seconds: 1).encoded(as: .wavPCM16)
            let name = "20170901181806-1504261084.7-+15555550123-1003-Inbound.wav"
            #expect(try await world.record(name, audio).name == name)
            for written in [name, name.replacing("+", with: "%2B")] {
                let random = try #require(try await world.client.post("recording/get_random", ["recording": .string(name)])["random"]?.string)
                #expect(try await world.client.get("recording/download?recording=\(written)&random=\(random)").bytes == audio)
            }
        }
    }

    @Test("A name that ends in .wav is a WAV, channels kept apart; any other is what is stored")
    func formats() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            let stereo = AudioSamples(interleaved: (0..<32_000).map { $0 % 2 == 0 ? 0.3 : -0.2 }, sampleRate: 16_000, channels: 2)
            let mp3 = try stereo.encoded(as: .mp3)
            for (name, type) in [(Self.names[1], "audio/wav"), ("20170901181806-1504261084.8-1001-1003-Internal.mp3", "audio/mpeg")] {
                #expect(try await world.record(name, mp3).name == name)
                let random = try #require(try await world.client.post("recording/get_random", ["recording": .string(name)])["random"]?.string)
                let file = try await world.client.get("recording/download?recording=\(name)&random=\(random)")
                #expect(file["Content-Type"] == type)
                if type == "audio/mpeg" { #expect(file.bytes == mp3) }
                let facts = try await world.server.service.codec.measure(.bytes(ByteBuffer(bytes: file.bytes)))
                #expect(facts.channels == 2)
                #expect(facts.container == (type == "audio/wav" ? "wav" : "mp3"))
            }
        }
    }
}

@Suite("Call records (S§5)")
struct CallRecordTests {
    private static let header =
        "callid,timestart,callfrom,callto,callduraction,talkduraction,srctrunkname,dsttrunkname,status,type,pincode,recording,didnumber,sn\r\n"

    /// One recording at 10:00 and one at 12:00, and messages at 11:00 and 13:00, of 2020-05-01.
    private func fill(_ world: SSeriesWorld) async throws {
        let audio = try AudioSamples.tones([300], seconds: 2).encoded(as: .wavPCM16)
        _ = try await world.record("20200501100000-1588327200.1-1001-1000-Internal.wav", audio)
        _ = try await world.record("20200501120000-1588334400.2-1001-0861-Outbound.wav", audio)
        try await world.leave(in: "1000", from: "=HYPERLINK", at: "2020-05-01 11:00:00", seconds: 3)
        try await world.leave(in: "1001", from: "1000", at: "2020-05-01 13:00:00", seconds: 4)
    }

    private func download(
        _ world: SSeriesWorld, _ extensions: String = "all", _ start: String = "2020-05-01 00:00:00", _ end: String = "2020-05-05 23:59:59",
        blank: String = "%20"
    ) async throws -> Answer {
        let answer = try await world.client.post("cdr/get_random", ["extid": .string(extensions), "starttime": .string(start), "endtime": .string(end)])
        let random = try #require(answer["random"]?.string)
        let link = "cdr/download?extid=\(extensions)&starttime=\(start)&endtime=\(end)&random=\(random)"
        return try await world.client.get(link.replacing(" ", with: blank))
    }

    @Test("The example of get_random, by each version's key", arguments: [("v0.0.1", "extid"), ("v1.1.0", "extid"), ("v2.0.0", "number")])
    func random(version: String, key: String) async throws {
        try await SSeriesWorld.run(version) { (world: SSeriesWorld) async throws in
            let answer = try await world.client.send(
                "cdr/get_random", #"{"\#(key)":"all","starttime":"2020-05-01 00:00:00","endtime":"2020-05-05 23:59:59"}"#)
            let random = try #require(answer.json["random"]?.string)
            #expect(
                answer.text == #"{"status":"Success","\#(key)":"all","starttime":"2020-05-01 00:00:00","endtime":"2020-05-05 23:59:59","random":"\#(random)"}"#)
        }
    }

    @Test("Recordings and messages in order of time, in the account's time, formulas defused", arguments: ["%20", "+"])
    func sheet(blank: String) async throws {
        try await SSeriesWorld.run(extensions: ["1000", "1001"]) { (world: SSeriesWorld) async throws in
            try await fill(world)
            let file = try await download(world, blank: blank)
            #expect(file["Content-Type"] == "text/csv; charset=utf-8")
            #expect(file["Content-Disposition"] == "attachment; filename=\"cdr.csv\"")
            let rows = file.text.split(separator: "\r\n").map(String.init)
            try #require(rows.count == 5)
            #expect(rows[0] + "\r\n" == Self.header)
            let serial = world.server.service.serialNumber
            #expect(serial.wholeMatch(of: /[0-9]{12}/) != nil)
            #expect(
                rows[1] == "1588327200.1,2020-05-01 10:00:00,1001,1000,2,2,,,ANSWERED,Internal,,20200501100000-1588327200.1-1001-1000-Internal.wav,,\(serial)")
            #expect(Self.unnumbered(rows[2]) == "1588330800.n,2020-05-01 11:00:00,'=HYPERLINK,1000,3,3,,,VOICEMAIL,Inbound,,,,\(serial)")
            #expect(
                rows[3] == "1588334400.2,2020-05-01 12:00:00,1001,0861,2,2,,,ANSWERED,Outbound,,20200501120000-1588334400.2-1001-0861-Outbound.wav,,\(serial)")
            #expect(Self.unnumbered(rows[4]) == "1588338000.n,2020-05-01 13:00:00,1000,1001,4,4,,,VOICEMAIL,Internal,,,,\(serial)")
        }
    }

    /// A row whose call's id ends in a number that nobody knows.
    private static func unnumbered(_ row: String) -> String { row.replacing(/^([0-9]+)\.[0-9]{1,6},/) { "\($0.1).n," } }

    @Test("A number of the world is no formula; an id of this interface's form stays, and copies of a call share one")
    func numbers() async throws {
        try await SSeriesWorld.run(extensions: ["1000", "1001", "6300"]) { (world: SSeriesWorld) async throws in
            let service = world.server.service
            let members = [try await world.mailbox("1000").id, try await world.mailbox("1001").id]
            let group = try await service.groups.set(
                MailboxGroup(mode: .broadcast, members: members), of: try await world.mailbox("6300").id, in: world.account)
            try await world.leave(in: "1000", from: "+15555550123", at: "2020-05-01 11:00:00")
            try await world.leave(in: "1000", from: "+1+1", at: "2020-05-01 11:00:01")
            let audio = try AudioSamples.tones([300], seconds: 1).encoded(as: .wavPCM16)
            let draft = MessageDraft(callID: "1588299999.17", callerNumber: "2", timestamp: Timestamp(rfc3339: "2020-05-01T11:00:02Z"))
            _ = try await world.server.leave(draft, audio: audio, contentType: "audio/wav", in: try await world.mailbox("1000"), of: world.account)
            let spread = MessageDraft(callID: "a.b@host", callerNumber: "3", timestamp: Timestamp(rfc3339: "2020-05-01T11:00:03Z"))
            _ = try await world.server.leave(spread, audio: audio, contentType: "audio/wav", in: group, of: world.account)
            let rows = try await download(world).text.split(separator: "\r\n").dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
            try #require(rows.count == 5)
            #expect(rows.map { $0[2] } == ["+15555550123", "'+1+1", "2", "3", "3"])
            #expect(rows[2][0] == "1588299999.17")
            #expect(rows[3][0] == rows[4][0])
            #expect(rows[3][0].wholeMatch(of: /1588330803\.[0-9]{1,6}/) != nil)
        }
    }

    @Test("A sheet whose time begins or ends in the hour that a clock shows twice has both passes of it")
    func repeatedHour() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            _ = try await world.server.service.accounts.change(world.account.id, .patch(["timezone": "Europe/Dublin"]))
            let box = try await world.mailbox("1000")
            // In Dublin the clock goes from 01:59:59 back to 01:00:00 at 01:00 UTC.
            for (caller, time) in [("1", "2026-10-24T23:59:59Z"), ("2", "2026-10-25T00:30:00Z"), ("3", "2026-10-25T01:30:00Z"), ("4", "2026-10-25T02:00:00Z")] {
                let draft = MessageDraft(callerNumber: caller, timestamp: Timestamp(rfc3339: time))
                _ = try await world.server.leave(
                    draft, audio: AudioSamples.tones([300], seconds: 1).encoded(as: .wavPCM16), contentType: "audio/wav", in: box, of: world.account)
            }
            func calls(_ start: String, _ end: String) async throws -> [String] {
                try await download(world, "all", "2026-10-25 " + start, "2026-10-25 " + end).text.split(separator: "\r\n").dropFirst().map { row in
                    let fields = row.split(separator: ",", omittingEmptySubsequences: false)
                    return fields[2] + " " + fields[1].suffix(8)
                }
            }
            #expect(try await calls("00:00:00", "23:59:59") == ["1 00:59:59", "2 01:30:00", "3 01:30:00", "4 02:00:00"])
            #expect(try await calls("00:00:00", "01:30:00") == ["1 00:59:59", "2 01:30:00", "3 01:30:00"])
            #expect(try await calls("01:30:00", "01:30:00") == ["2 01:30:00", "3 01:30:00"])
            #expect(try await calls("01:30:00", "02:00:00") == ["2 01:30:00", "3 01:30:00", "4 02:00:00"])
        }
    }

    @Test("The sheet may be posted for, with parameters in the query or in the body; the random is used up")
    func posted() async throws {
        try await SSeriesWorld.run(extensions: ["1000", "1001"]) { (world: SSeriesWorld) async throws in
            try await fill(world)
            let selection: JSONObject = ["extid": "all", "starttime": "2020-05-01 00:00:00", "endtime": "2020-05-05 23:59:59"]
            let link = "&extid=all&starttime=2020-05-01%2000:00:00&endtime=2020-05-05%2023:59:59"
            for isBody in [false, true] {
                let random = try #require(try await world.client.post("cdr/get_random", .object(selection))["random"]?.string)
                var body = selection
                body["random"] = .string(random)
                let text = isBody ? JSON.object(body).encoded : "", query = isBody ? "" : link + "&random=\(random)"
                let file = try await world.client.send("cdr/download", text, query: query)
                #expect(file["Content-Type"] == "text/csv; charset=utf-8")
                #expect(file.text.hasPrefix(Self.header))
                #expect(file.text.split(separator: "\r\n").count == 5)
                #expect(try await world.client.send("cdr/download", text, query: query).json == failed("20020"))
            }
            #expect(try await world.client.send("cdr/download", "{").json == failed("20000"))
            #expect(try await world.client.send("voicemail/download", "{}").json == failed("10003"))
        }
    }

    @Test("Only what was asked for, both ends of the time included")
    func selection() async throws {
        try await SSeriesWorld.run(extensions: ["1000", "1001"]) { (world: SSeriesWorld) async throws in
            try await fill(world)
            for (extensions, start, end, count) in [
                ("1000", "2020-05-01 00:00:00", "2020-05-01 23:59:59", 3), ("0861", "2020-05-01 00:00:00", "2020-05-01 23:59:59", 1),
                ("1001,0861", "2020-05-01 00:00:00", "2020-05-01 23:59:59", 3), ("all", "2020-05-01 11:00:00", "2020-05-01 12:00:00", 2),
                ("all", "2020-05-01 11:00:01", "2020-05-01 12:00:00", 1), ("all", "2020-05-01 10:00:00", "2020-05-01 10:00:00", 1),
            ] {
                let file = try await download(world, extensions, start, end)
                #expect(file.text.split(separator: "\r\n").count == count + 1, "\(extensions) \(start) \(end)")
            }
            #expect(try await download(world, "9999").json == failed("20021"))
            #expect(try await download(world, "all", "2019-01-01 00:00:00", "2019-12-31 23:59:59").json == failed("20021"))
        }
    }

    @Test("Many calls come as a stream, in order")
    func many() async throws {
        try await SSeriesWorld.run(extensions: ["1000"]) { (world: SSeriesWorld) async throws in
            let box = try await world.mailbox("1000")
            let account = world.account
            try await world.server.service.store.write { writer in
                for index in 0..<2500 {
                    _ = try writer.insert(
                        Message(
                            accountID: account.id, mailboxID: box.id, timestamp: Timestamp(unix: 1_588_300_000 + index), folder: .new, from: "1@x",
                            to: "2@x", callerName: "", callerNumber: String(index), callID: "c", lengthMilliseconds: 1000, modified: Timestamp(unix: 0)))
                }
            }
            _ = try await world.record("20200501030000-1588302000.1-1001-1000-Internal.wav", try AudioSamples.tones([300], seconds: 1).encoded(as: .wavPCM16))
            let file = try await download(world)
            let rows = file.text.split(separator: "\r\n")
            #expect(rows.count == 2502)
            let times = rows.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false)[1] }
            #expect(times == times.sorted())
        }
    }

    @Test(
        "How the extensions are written is no other selection: blanks at the commas, order, the case of all",
        arguments: [
            ("1000, 1001", "1001,1000"), ("ALL", "all"),
        ])
    func spelling(asked: String, linked: String) async throws {
        try await SSeriesWorld.run(extensions: ["1000", "1001"]) { (world: SSeriesWorld) async throws in
            try await fill(world)
            let answer = try await world.client.post(
                "cdr/get_random", ["extid": .string(asked), "starttime": "2020-05-01 00:00:00", "endtime": "2020-05-05 23:59:59"])
            #expect(answer["extid"] == .string(asked))
            let random = try #require(answer["random"]?.string)
            let link = "cdr/download?extid=\(linked)&starttime=2020-05-01%2000:00:00&endtime=2020-05-05%2023:59:59&random=\(random)"
            #expect(try await world.client.get(link).text.hasPrefix(Self.header))
        }
    }

    private static let refusals = [
        (#"{"starttime":"2020-05-01 00:00:00","endtime":"2020-05-05 23:59:59"}"#, "10004"), (#"{"extid":"all","endtime":"2020-05-05 23:59:59"}"#, "10004"),
        (#"{"extid":"all","starttime":"2020-05-01 00:00:00"}"#, "10004"), ("", "20007"),
        (#"{"extid":"all","starttime":"2020-05-01","endtime":"2020-05-05 23:59:59"}"#, "20019"),
        (#"{"extid":"all","starttime":"2020-05-01 00:00:00","endtime":"2020-02-30 23:59:59"}"#, "20019"),
        (#"{"extid":"all","starttime":"2020-05-06 00:00:00","endtime":"2020-05-05 23:59:59"}"#, "20019"),
        (#"{"extid":"all","starttime":"20200501000000","endtime":"2020-05-05 23:59:59"}"#, "20019"),
        (#"{"extid":"all","starttime":"2020-05-01 00:00:00","endtime":"2020-05-05 23:59:59","allowedip":"x"}"#, "20015"),
    ]

    @Test("What get_random refuses")
    func refused() async throws {
        try await SSeriesWorld.run { (world: SSeriesWorld) async throws in
            for (body, errno) in Self.refusals {
                #expect(try await world.client.send("cdr/get_random", body).json == failed(errno), "\(body)")
            }
        }
    }

    @Test("A random is for one token, one selection, once, thirty seconds")
    func bound() async throws {
        try await SSeriesWorld.run(extensions: ["1000", "1001"]) { (world: SSeriesWorld) async throws in
            try await fill(world)
            let body: JSON = ["extid": "all", "starttime": "2020-05-01 00:00:00", "endtime": "2020-05-05 23:59:59"]
            func random() async throws -> String { try #require(try await world.client.post("cdr/get_random", body)["random"]?.string) }
            func link(_ random: String, _ extensions: String = "all") -> String {
                "cdr/download?extid=\(extensions)&starttime=2020-05-01%2000:00:00&endtime=2020-05-05%2023:59:59&random=\(random)"
            }
            let one = try await random()
            let other = try await world.server.logIn(try await world.server.makeSSeriesUser(in: world.account))
            #expect(try await other.get(link(one)).json == failed("20020"))
            #expect(try await world.client.get(link(one, "1000")).json == failed("20020"))
            #expect(try await world.client.get(link("0")).json == failed("20020"))
            #expect(try await world.client.get(link(one), method: "HEAD")["Content-Type"] == "text/csv; charset=utf-8")
            #expect(try await world.client.get(link(one)).text.hasPrefix(Self.header))
            #expect(try await world.client.get(link(one)).json == failed("20020"))
            let late = try await random()
            world.server.clock.advance(by: 31)
            #expect(try await world.client.get(link(late)).json == failed("20020"))
        }
    }
}

extension SSeriesWorld {
    /// Stores a recording as its recorder would send it, under the name it gave.
    func record(_ name: String, _ audio: [UInt8]) async throws -> Recording {
        let service = server.service
        let parsed = RecordingName(parsing: name)
        let intake = service.messages.receiveAudio()
        try await intake.write(ByteBuffer(bytes: audio))
        let received = try await intake.finish(contentType: "application/octet-stream", fileName: name, policy: .playableOnly)
        let draft = RecordingDraft(
            callerNumber: parsed.caller ?? "", calleeNumber: parsed.callee ?? "", direction: parsed.direction ?? .within,
            started: parsed.recorded?.timestamp(in: service.mailboxes.timeZone(of: account)), source: name)
        return try await service.recordings.add(draft, audio: received, in: account)
    }
}
