import Audio
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// `recording/list` and `recording/search` (P§8.1, P§8.2).
@Suite struct RecordingListTests {
    /// 01/12/2022 17:36:24 UTC.
    private let call = 1_642_008_984
    private let name = "20220112173629-1641980184.14-5566-5556-Internal.wav"

    private func draft(
        from caller: String = "5566", to callee: String = "5556", at unix: Int? = nil, _ direction: CallDirection = .within, source: String? = nil
    ) -> RecordingDraft {
        RecordingDraft(
            callerNumber: caller, callerName: caller == "5566" ? "Evelyn" : "", calleeNumber: callee, calleeName: callee == "5556" ? "Dave Harris" : "",
            direction: direction, started: Timestamp(unix: unix ?? call), durationMilliseconds: 250_900, source: source)
    }

    @Test("KAZOO's word for a caller without a name is no name here")
    func anonymous() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.record(
                RecordingDraft(
                    callerNumber: "5566", callerName: "anonymous", calleeNumber: "5556", calleeName: "anonymous", started: Timestamp(unix: call)))
            let recording = try await world.get("recording/list")["data"]?.array?.first
            try await world.leave(from: "2001", name: "anonymous", at: call + 60)
            let records = try await world.get("cdr/list")["data"]?.array ?? []
            try #require(records.count == 2)
            for item in [recording ?? .null] + records {
                let from = item["call_from_number"]
                #expect(item["call_from"] == from && item["call_from_name"] == "")
            }
            #expect(recording?["call_to"] == "5556" && recording?["call_to_name"] == "")
            let message = try await world.messages().first
            #expect(message?["name"] == "" && message?["number"] == "2001")
        }
    }

    @Test(
        "The size is that of what a download sends, whatever was stored and whatever it is downloaded as",
        arguments: [nil, .wav, .mp3] as [PSeriesSettings.RecordingFormat?])
    func sizes(_ format: PSeriesSettings.RecordingFormat?) async throws {
        try await PSeriesWorld.run {
            $0.pSeries.recordingFormat = format
        } _: { world in
            let named = draft(source: name)
            for (draft, sound) in [
                (named, try AudioSamples.tones([500, 700], seconds: 1.5, sampleRate: 16_000).encoded(as: .flac)),
                (draft(at: call + 1), try AudioSamples.tones([500], seconds: 1.2).encoded(as: .mp3)),
                (draft(at: call + 2), WAV.tones([440, 880], milliseconds: 200)),
            ] { _ = try await world.record(draft, sound) }
            for path in ["recording/list", "recording/search"] {
                let listed = try await world.get(path)["data"]?.array ?? []
                #expect(listed.count == 3)
                for item in listed {
                    let file = try await world.fetch(world.get("recording/download", ["id": "\(item["id"]?.int ?? 0)"]))
                    #expect(file.status == 200 && item["size"] == .int(file.bytes.count), "\(item.encoded)")
                }
            }
        }
    }

    @Test("The contract's example, every field of it")
    func example() async throws {
        try await PSeriesWorld.run { world in
            let sound = WAV.tones([440, 880], milliseconds: 300)
            let recording = try await world.record(draft(source: name), sound)
            #expect(recording.callRecordID.wholeMatch(of: /20220112173624[0-9A-F]{5}/) != nil)
            let item: JSON = [
                "id": .int(recording.serial), "time": "01/12/2022 17:36:24", "uid": .string(recording.callRecordID), "call_from": "Evelyn<5566>",
                "call_to": "Dave Harris<5556>", "duration": 250, "size": .int(sound.count), "call_type": "Internal", "file": .string(name),
                "call_from_number": "5566", "call_from_name": "Evelyn", "call_to_number": "5556", "call_to_name": "Dave Harris",
            ]
            let answer: JSON = ["errcode": 0, "errmsg": "SUCCESS", "total_number": 1, "data": [item]]
            expect(try await world.get("recording/list", ["sort_by": "id", "order_by": "asc"]), is: answer)
            expect(try await world.get("recording/search", ["ids": "\(recording.serial)", "uid": "ignored"]), is: answer)
            // Without names there are bare numbers; a name is composed as the vendor composes it.
            let bare = try await world.record(draft(from: "+15550134", to: "*97", at: call + 60, .inbound))
            let listed = try await world.get("recording/list")["data"]?.array?[1]
            #expect(listed?["call_from"] == "+15550134" && listed?["call_to"] == "*97" && listed?["call_from_name"] == "")
            #expect(listed?["file"] == .string(bare.name) && listed?["call_type"] == "Inbound")
            #expect(bare.name.wholeMatch(of: /20220112173724-1642009044\.1-\+15550134-\*97-Inbound\.wav/) != nil)
        }
    }

    @Test("Empty, sorted by id and by time, in pages, and refused by anything else")
    func sortedAndPaged() async throws {
        try await PSeriesWorld.run { world in
            expect(try await world.get("recording/list"), is: ["errcode": 0, "errmsg": "SUCCESS", "total_number": 0, "data": []])
            let times = [30, 10, 20, 40, 0]
            for offset in times { try await world.record(draft(from: String(offset), at: call + offset)) }
            func callers(_ query: KeyValuePairs<String, String>, of endpoint: String = "recording/list") async throws -> [Int] {
                let answer = try await world.get(endpoint, query)
                #expect(answer["total_number"] == 5)
                return answer["data"]?.array?.compactMap { $0["call_from_number"]?.string.flatMap { Int($0) } } ?? []
            }
            for endpoint in ["recording/list", "recording/search"] {
                #expect(try await callers([:], of: endpoint) == times)
                #expect(try await callers(["order_by": "desc"], of: endpoint) == times.reversed())
                #expect(try await callers(["sort_by": "time"], of: endpoint) == [0, 10, 20, 30, 40])
                #expect(try await callers(["sort_by": "time", "order_by": "desc", "page": "2", "page_size": "2"], of: endpoint) == [20, 10])
                #expect(try await callers(["page": "6", "page_size": "1"], of: endpoint) == [])
                expect(try await world.get(endpoint, ["sort_by": "size"]), is: parameterError("sort_by", "size"))
                expect(try await world.get(endpoint, ["order_by": "ASC"]), is: parameterError("order_by", "ASC"))
                expect(try await world.get(endpoint, ["page_size": "0"]), is: parameterError("page_size", 0))
                expect(try await world.get(endpoint, ["page": "one"]), is: ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"])
            }
        }
    }

    @Test("Each filter by itself, and all of them together; bounds belong to the time they bound")
    func filters() async throws {
        try await PSeriesWorld.run { world in
            var serials: [Int] = []
            for (caller, callee, offset) in [("1", "2", 0), ("1", "3", 10), ("+35312", "2", 20), ("12", "2", 30)] {
                serials.append(try await world.record(draft(from: caller, to: callee, at: call + offset)).serial)
            }
            func found(_ query: KeyValuePairs<String, String>) async throws -> [Int] {
                let answer = try await world.get("recording/search", query)
                let ids = answer["data"]?.array?.compactMap { $0["id"]?.int.flatMap { serials.firstIndex(of: $0) } } ?? []
                #expect(answer.code == 0 && answer["total_number"] == .int(ids.count))
                return ids
            }
            #expect(try await found(["caller": "1"]) == [0, 1])
            #expect(try await found(["callee": "2"]) == [0, 2, 3])
            #expect(try await found(["caller": "+35312"]) == [2])
            #expect(try await found(["start_time": "\(call + 10)", "end_time": "\(call + 20)"]) == [1, 2])
            #expect(try await found(["start_time": "\(call + 11)"]) == [2, 3])
            #expect(try await found(["end_time": "\(call + 9)"]) == [0])
            #expect(try await found(["start_time": "01/12/2022 17:36:34", "end_time": "01/12/2022 17:36:44"]) == [1, 2])
            #expect(try await found(["ids": "\(serials[3]), \(serials[0]),999999"]) == [0, 3])
            #expect(try await found(["caller": "1", "callee": "2", "start_time": "\(call)", "ids": "\(serials[0]),\(serials[1])"]) == [0])
            #expect(try await found(["caller": "9"]) == [])
            #expect(try await found(["start_time": "\(call + 20)", "end_time": "\(call)"]) == [])
            // A plus sign that a client forgot to encode is one.
            let raw = try await world.raw("GET", "/openapi/v1.0/recording/search?access_token=\(world.token)&caller=+35312")
            #expect(raw["total_number"] == 1)
            for time in ["yesterday", "2022-01-12 17:36:24", "01/12/2022", "99999999999999999999", "-5"] {
                expect(try await world.get("recording/search", ["start_time": time]), is: parameterError("start_time", .string(time)))
            }
            expect(try await world.get("recording/search", ["ids": "1,x"]), is: ["errcode": 40001, "errmsg": "PARAMETER SYNTAX ERROR"])
        }
    }

    @Test("Another account's recordings are not shown, found or downloaded")
    func strangers() async throws {
        try await PSeriesWorld.run { world in
            let other = try await world.server.makeAccount("Other")
            let recording = try await world.record(draft(source: name), in: other)
            #expect(try await world.get("recording/list")["total_number"] == 0)
            #expect(try await world.get("recording/search", ["ids": "\(recording.serial)"])["total_number"] == 0)
            for query: KeyValuePairs<String, String> in [["id": "\(recording.serial)"], ["file": name]] {
                expect(try await world.get("recording/download", query), is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
            }
        }
    }
}
