import Foundation
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// `cdr/list`, `cdr/search` and `system/information` (P§9.5, P§9.6).
@Suite struct CallRecordTests {
    /// 11/20/2026 12:00:00 UTC.
    private let noon = 1_795_176_000

    private func fill(_ world: PSeriesWorld) async throws -> (recordings: [Recording], message: Message) {
        let draft = RecordingDraft(
            callerNumber: "5566", callerName: "Evelyn", calleeNumber: "5556", calleeName: "Dave Harris", started: Timestamp(unix: noon),
            durationMilliseconds: 24_900)
        let first = try await world.record(draft)
        let message = try await world.leave(WAV.silence(milliseconds: 3000), from: "3201", name: "Box 3201", at: noon + 60)
        let last = try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2", direction: .outbound, started: Timestamp(unix: noon + 120)))
        return ([first, last], message)
    }

    @Test("A recorded call and a message, every field of both")
    func fields() async throws {
        try await PSeriesWorld.run { world in
            let (recordings, message) = try await fill(world)
            let answer = try await world.get("cdr/list", ["sort_by": "time", "page": "1", "page_size": "2"])
            let items = answer["data"]?.array ?? []
            let uid = message.callRecordID(in: TimeZone(identifier: "UTC") ?? .gmt)
            expect(
                answer,
                is: [
                    "errcode": 0, "errmsg": "SUCCESS", "total_number": 3,
                    "data": [
                        [
                            "id": items.first?["id"] ?? .null, "time": "11/20/2026 12:00:00", "uid": .string(recordings[0].callRecordID),
                            "call_from": "Evelyn<5566>", "call_to": "Dave Harris<5556>", "timestamp": .int(noon), "call_type": "Internal",
                            "duration": 24, "ring_duration": 0, "talk_duration": 24, "disposition": "ANSWERED", "call_from_number": "5566",
                            "call_from_name": "Evelyn", "call_to_number": "5556", "call_to_name": "Dave Harris", "record_file": .string(recordings[0].name),
                        ],
                        [
                            "id": items.last?["id"] ?? .null, "time": "11/20/2026 12:01:00", "uid": .string(uid), "call_from": "Box 3201<3201>",
                            "call_to": "Box 3200<3200>", "timestamp": .int(noon + 60), "call_type": "Internal", "duration": 3, "ring_duration": 0,
                            "talk_duration": 3, "disposition": "VOICEMAIL", "call_from_number": "3201", "call_from_name": "Box 3201",
                            "call_to_number": "3200", "call_to_name": "Box 3200",
                        ],
                    ],
                ])
            // The join keys join.
            #expect(try await world.get("recording/list")["data"]?.array?[0]["uid"] == items.first?["uid"])
            #expect(try await world.get("vm/download", ["uid": uid]).code == 0)
        }
    }

    @Test("In order of time both ways, which is the order of ids; pages; totals; deleted messages are not told of")
    func order() async throws {
        try await PSeriesWorld.run { world in
            let (_, message) = try await fill(world)
            func times(_ query: KeyValuePairs<String, String>, total: Int = 3) async throws -> [Int] {
                let answer = try await world.get("cdr/list", query)
                #expect(answer["total_number"] == .int(total))
                return answer["data"]?.array?.compactMap { $0["timestamp"]?.int.map { $0 - noon } } ?? []
            }
            #expect(try await times([:]) == [0, 60, 120])
            #expect(try await times(["order_by": "desc"]) == [120, 60, 0])
            #expect(try await times(["sort_by": "time", "order_by": "desc", "page": "2", "page_size": "2"]) == [0])
            #expect(try await times(["page": "4", "page_size": "1"]) == [])
            let ids = try await world.get("cdr/list")["data"]?.array?.compactMap { $0["id"]?.int } ?? []
            #expect(ids.count == 3 && ids == ids.sorted() && Set(ids).count == 3 && ids.allSatisfy { $0 < 1 << 53 })
            _ = try await world.get("vm/delete", ["id": PSeriesWorld.id(message).string ?? ""])
            #expect(try await times([:], total: 2) == [0, 120])
            expect(try await world.get("cdr/list", ["sort_by": "uid"]), is: parameterError("sort_by", "uid"))
        }
    }

    @Test("Every page, both ways, of everything and of each kind, is that stretch of the whole list")
    func pages() async throws {
        try await PSeriesWorld.run { world in
            let day = 86_400
            for (index, time) in [0, 5, 5, day, day, day + 1, 3 * day, 9 * day, 9 * day].enumerated() {
                if index % 2 == 0 {
                    _ = try await world.leave(nil, at: noon + time)
                } else {
                    _ = try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2", started: Timestamp(unix: noon + time)))
                }
            }
            let removed = try await world.leave(nil, at: noon + 2 * day)
            _ = try await world.get("vm/delete", ["id": PSeriesWorld.id(removed).string ?? ""])
            let ranges: [KeyValuePairs<String, String>] = [[:], ["start_time": "\(noon + 5)", "end_time": "\(noon + 9 * day - 1)"]]
            for (range, status, order) in ranges.flatMap({ range in
                ["", "ANSWERED", "VOICEMAIL", "BUSY"].flatMap { status in ["asc", "desc"].map { (range, status, $0) } }
            }) {
                func ids(_ page: Int, _ size: Int) async throws -> (ids: [JSON], total: JSON?) {
                    let query = range.map { ($0.key, $0.value) } + [("status", status), ("order_by", order), ("page", "\(page)"), ("page_size", "\(size)")]
                    let answer = try await world.raw("GET", PSeriesWorld.path("cdr/search", [("access_token", world.token)] + query))
                    return (answer["data"]?.array?.compactMap { $0["id"] } ?? [], answer["total_number"])
                }
                let all = try await ids(1, 100)
                #expect(all.total == .int(all.ids.count) && Set(all.ids).count == all.ids.count)
                for size in [1, 2, 4] {
                    for page in 1...(all.ids.count / size + 2) {
                        let found = try await ids(page, size)
                        #expect(found.ids == Array(all.ids.dropFirst((page - 1) * size).prefix(size)), "\(status) \(order) \(page) \(size)")
                        #expect(found.total == all.total)
                    }
                }
            }
        }
    }

    @Test("A deep page begins on its day: fewer calls than that day has are passed over, however many came before")
    func place() {
        var random = SeededRandom(seed: 7)
        let days = (0..<200).map { CountedDay(day: $0 * 3 - 100, count: Int.random(in: 0...40, using: &random)) }
        let total = days.reduce(0) { $0 + $1.count }
        for ascending in [true, false] {
            let one = days.sorted { ($0.day < $1.day) == ascending }.flatMap { day in (0..<day.count).map { (day, $0) } }
            for offset in stride(from: 0, to: total, by: 13) {
                let place = CountedDay.place(of: offset, in: days.shuffled(using: &random), ascending: ascending)
                #expect(place?.day == one[offset].0 && place?.before == one[offset].1)
            }
            #expect(CountedDay.place(of: total, in: days, ascending: ascending) == nil)
        }
    }

    @Test("Searched by time in the display format, by status, type and numbers")
    func search() async throws {
        try await PSeriesWorld.run { world in
            _ = try await fill(world)
            func found(_ query: KeyValuePairs<String, String>) async throws -> [Int] {
                let answer = try await world.get("cdr/search", query)
                let times = answer["data"]?.array?.compactMap { $0["timestamp"]?.int.map { $0 - noon } } ?? []
                #expect(answer["total_number"] == .int(times.count))
                return times
            }
            #expect(try await found([:]) == [0, 60, 120])
            #expect(try await found(["start_time": "11/20/2026 12:01:00", "end_time": "11/20/2026 12:02:00"]) == [60, 120])
            #expect(try await found(["start_time": "\(noon)", "end_time": "\(noon + 59)"]) == [0])
            #expect(try await found(["start_time": "\(noon + 1)", "end_time": "\(noon)"]) == [])
            #expect(try await found(["status": "VOICEMAIL"]) == [60])
            #expect(try await found(["status": "ANSWERED"]) == [0, 120])
            #expect(try await found(["status": "NO ANSWER"]) == [])
            #expect(try await found(["call_type": "Outbound"]) == [120])
            #expect(try await found(["call_from": "5566", "call_to": "5556"]) == [0])
            expect(try await world.get("cdr/search", ["status": "GONE"]), is: parameterError("status", "GONE"))
            expect(try await world.get("cdr/search", ["call_type": "internal"]), is: parameterError("call_type", "internal"))
            expect(try await world.get("cdr/search", ["start_time": "20/11/2026 12:00:00"]), is: parameterError("start_time", "20/11/2026 12:00:00"))
            let second = try await world.get("cdr/search", ["status": "ANSWERED", "page": "2", "page_size": "1"])
            #expect(second["total_number"] == 2 && second["data"]?.array?.map { $0["timestamp"] } == [.int(noon + 120)])
        }
    }

    @Test("A search by the number called reads only the calls to it, one by the caller no recording of another")
    func visited() async throws {
        try await PSeriesWorld.run { world in
            for number in 0..<6 {
                let ends = number % 2 == 0 ? ("3200", "3201") : ("3201", "3200")
                let started = Timestamp(unix: noon + number)
                _ = try await world.record(RecordingDraft(callerNumber: ends.0, calleeNumber: ends.1, started: started))
                _ = try await world.leave(nil, from: ends.0, at: noon + number, in: world.extensions[number % 2])
            }
            func visited(caller: String? = nil, callee: String? = nil, ascending: Bool = true) async throws -> [CallRecord] {
                var all: [CallRecord] = []
                let query = CallRecordQuery(
                    from: Timestamp(unix: noon), to: Timestamp(unix: noon + 9), ascending: ascending, caller: caller, callee: callee)
                try await world.service.callRecords.forEach(query, of: world.account, together: 2) { page in
                    all += page
                    return true
                }
                return all
            }
            func ends(_ records: [CallRecord]) -> [String] {
                records.map { record in
                    switch record {
                    case .recording(let recording): recording.callerNumber + ">" + recording.calleeNumber
                    case .message(let message, let number, _, _): message.callerNumber + "|" + number
                    }
                }
            }
            let all = try await visited()
            #expect(all.count == 12)
            let to = try await visited(callee: "3200")
            #expect(to.count == 6 && Set(ends(to)) == ["3201>3200", "3200|3200"])
            #expect(try await Set(ends(visited(caller: "3201"))) == ["3201>3200", "3201|3201"])
            #expect(try await ends(visited(caller: "3200", callee: "3200")) == Array(repeating: "3200|3200", count: 3))
            #expect(try await visited(callee: "3200", ascending: false) == to.reversed())
            for nobody in ["9999", "03200", "", "6300"] { #expect(try await visited(callee: nobody) == []) }
            let answer = try await world.get("cdr/search", ["call_to": "3200", "page": "2", "page_size": "4"])
            #expect(answer["total_number"] == 6 && answer["data"]?.array?.count == 2)
            #expect(answer["data"]?.array?.allSatisfy { $0["call_to_number"] == "3200" } == true)
        }
    }

    @Test("A PBX set to day first and twelve hours shows and takes times so, as a public client sends them")
    func otherFormat() async throws {
        try await PSeriesWorld.run {
            if let format = DisplayFormat(date: "DD/MM/YYYY", time: "hh:mm:ss A") { $0.pSeries.displayFormat = format }
        } _: { world in
            _ = try await fill(world)
            let answer = try await world.get("cdr/search", ["start_time": "20/11/2026 12:00:00 PM", "end_time": "20/11/2026 12:00:59 PM"])
            #expect(answer["data"]?.array?.map { $0["time"] } == ["20/11/2026 12:00:00 PM"])
            #expect(try await world.get("cdr/search", ["start_time": "20/11/2026 12:00:00 AM"])["total_number"] == 3)
            #expect(try await world.get("recording/search", ["end_time": "20/11/2026 12:00:00 AM"])["total_number"] == 0)
            #expect(try await world.messages()[0]["time"] == "20/11/2026 12:01:00 PM")
            let system = try await world.get("system/information")["data"]
            #expect(system?["system_date_format"] == "DD/MM/YYYY" && system?["system_time_format"] == "hh:mm:ss A")
        }
    }

    @Test("Times are the account's local times, and searches mean them so")
    func zone() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.service.accounts.change(world.account.id, .patch(["timezone": "America/New_York"]))
            _ = try await fill(world)
            #expect(try await world.get("recording/list")["data"]?.array?[0]["time"] == "11/20/2026 07:00:00")
            #expect(try await world.get("cdr/search", ["start_time": "11/20/2026 07:00:00", "end_time": "11/20/2026 07:00:00"])["total_number"] == 1)
            let name = try #require(try await world.get("recording/download", ["id": "1"])["download_resource_url"]?.string)
            #expect(name.contains("-download-20160511165320-"))
        }
    }

    @Test("The contract's example of system/information, to the letter")
    func example() async throws {
        try await PSeriesWorld.run(clock: ManualClock(Timestamp(unix: 1_789_468_200 - 24_852))) {
            $0.pSeries.deviceName = "PBX"
            $0.pSeries.serialNumber = "3631A2124XXX"
            if let format = DisplayFormat(date: "YYYY/MM/DD", time: "HH:mm:ss") { $0.pSeries.displayFormat = format }
        } _: { world in
            world.server.clock.set(Timestamp(unix: 1_789_468_200))
            let pair = try await Applications(world.service).openPair(
                for: Applications(world.service).logIn(world.application.credential.handle, secret: world.application.secret), TokenRules(maximumLive: 99))
            expect(
                try await world.raw("GET", "/openapi/v1.0/system/information?access_token=" + pair.access),
                is: [
                    "errcode": 0, "errmsg": "SUCCESS",
                    "data": [
                        "device_name": "PBX", "model_name": "P-Series Software Edition", "sn": "3631A2124XXX", "firmware_version": "83.23.0.123",
                        "system_time": "2026/09/15 10:30:00", "up_time": 24852, "system_date_format": "YYYY/MM/DD", "system_time_format": "HH:mm:ss",
                        "timestamp": 1_789_468_200,
                    ],
                ])
        }
    }

    @Test("What the PBX says of itself, every field; seconds since the start; a serial number that stays")
    func system() async throws {
        try await PSeriesWorld.run {
            $0.pSeries.firmware = "83.23.0.123"
        } _: { world in
            world.server.clock.advance(by: 24)
            let now = world.server.clock.now.unix
            expect(
                try await world.get("system/information"),
                is: [
                    "errcode": 0, "errmsg": "SUCCESS",
                    "data": [
                        "device_name": "Aftertone", "model_name": "P-Series Software Edition", "sn": .string(world.service.serialNumber),
                        "firmware_version": "83.23.0.123", "system_time": "05/11/2016 20:53:44", "up_time": 24, "system_date_format": "MM/DD/YYYY",
                        "system_time_format": "HH:mm:ss", "timestamp": .int(now),
                    ],
                ])
        }
        try await PSeriesWorld.run {
            $0.pSeries.serialNumber = "3631A2124XXX"
        } _: { world in
            let answer = try await world.get("system/information")
            #expect(answer["data"]?["sn"] == "3631A2124XXX")
        }
    }
}
