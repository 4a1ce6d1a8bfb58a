import Foundation
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// Dates and times over the wire (P§2.9), row by row, in the zone of a PBX in New York.
@Suite struct TimeRowTests {
    /// 2022-01-12 17:36:24 in New York, 22:36:24 in Greenwich.
    private static let call = 1_642_026_984

    private func run(_ configure: @escaping @Sendable (inout Configuration) -> Void = { _ in }, _ body: @Sendable (PSeriesWorld) async throws -> Void)
        async throws
    {
        try await PSeriesWorld.run(clock: ManualClock(Timestamp(unix: Self.call))) { configuration in
            configuration.outbox.intervalMilliseconds = 10
            configure(&configuration)
        } _: { (world: PSeriesWorld) async throws in
            _ = try await world.service.accounts.change(world.account.id, .patch(["timezone": "America/New_York"]))
            try await body(world)
        }
    }

    @Sendable private static func dayFirst(_ configuration: inout Configuration) {
        configuration.pSeries.displayFormat = DisplayFormat(date: "DD-MM-YYYY", time: "hh:mm:ss A") ?? .standard
    }

    /// The times that lists show of one message and one recording of that second.
    private func shown(_ world: PSeriesWorld) async throws -> Set<String> {
        _ = try await world.leave(at: Self.call)
        _ = try await world.leave(at: Self.call, in: world.group)
        _ = try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2", started: Timestamp(unix: Self.call)))
        var items = try await world.messages() + world.messages("6300")
        items += try await world.get("vm/query", ["number": "3200"])["voicemail_list"]?.array?[0]["data"]?.array ?? []
        for list in ["recording/list", "recording/search", "cdr/list", "cdr/search"] { items += try await world.get(list)["data"]?.array ?? [] }
        #expect(items.count == 11)
        return Set(items.compactMap { $0["time"]?.string })
    }

    @Test("Lists show local times without a zone, month first where nothing is set")
    func standardFormat() async throws {
        try await run { world in
            #expect(try await shown(world) == ["01/12/2022 17:36:24"])
            let system = try await world.get("system/information")["data"]
            #expect(system?["system_date_format"] == "MM/DD/YYYY" && system?["system_time_format"] == "HH:mm:ss")
            #expect(system?["system_time"] == "01/12/2022 17:36:24" && system?["timestamp"] == .int(Self.call))
        }
    }

    @Test("Another display format is shown everywhere, and system/information reveals it")
    func configuredFormat() async throws {
        try await run(Self.dayFirst) { world in
            #expect(try await shown(world) == ["12-01-2022 05:36:24 PM"])
            let system = try await world.get("system/information")["data"]
            #expect(system?["system_date_format"] == "DD-MM-YYYY" && system?["system_time_format"] == "hh:mm:ss A")
            #expect(system?["system_time"] == "12-01-2022 05:36:24 PM")
        }
    }

    @Test("An event's time has one format, local too, whatever the display format is")
    func eventTimes() async throws {
        for isDayFirst in [false, true] {
            try await run({ if isDayFirst { Self.dayFirst(&$0) } }) { world in
                let event = try await world.nextEvent { try await world.leave(at: Self.call) }
                let message = try JSON.parse(event["msg"]?.string ?? "")
                #expect(message["time_start"] == "2022-01-12 17:36:24")
            }
        }
    }

    @Test("Searches take Unix seconds, and local times in the display format; both bounds belong to what they bound")
    func searches() async throws {
        for isDayFirst in [false, true] {
            let text = isDayFirst ? "12-01-2022 05:36:24 PM" : "01/12/2022 17:36:24"
            let before = isDayFirst ? "12-01-2022 05:36:23 PM" : "01/12/2022 17:36:23"
            try await run({ if isDayFirst { Self.dayFirst(&$0) } }) { world in
                _ = try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2", started: Timestamp(unix: Self.call)))
                for endpoint in ["recording/search", "cdr/search"] {
                    func found(_ start: String, _ end: String) async throws -> JSON? {
                        try await world.get(endpoint, ["start_time": start, "end_time": end])["total_number"]
                    }
                    #expect(try await found("\(Self.call)", "\(Self.call)") == 1)
                    #expect(try await found(text, text) == 1)
                    #expect(try await found("\(Self.call)", text) == 1)
                    #expect(try await found("\(Self.call + 1)", "\(Self.call + 9)") == 0)
                    #expect(try await found("0", before) == 0)
                    #expect(try await found("0", "\(Self.call - 1)") == 0)
                }
                expect(try await world.get("recording/search", ["start_time": "2022-01-12T17:36:24"]), is: parameterError("start_time", "2022-01-12T17:36:24"))
            }
        }
    }

    @Test("In the hour that a clock shows twice both passes are shown alike, and a search that begins or ends there has both")
    func repeatedHour() async throws {
        for isDayFirst in [false, true] {
            @Sendable func text(_ time: String) -> String { isDayFirst ? "01-11-2026 \(time) AM" : "11/01/2026 \(time)" }
            try await run({ if isDayFirst { Self.dayFirst(&$0) } }) { world in
                // In New York the clock goes from 01:59:59 back to 01:00:00 at 06:00 UTC.
                let times = ["2026-11-01T04:59:59Z", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-11-01T07:00:00Z"].compactMap {
                    Timestamp(rfc3339: $0)
                }
                for (caller, time) in times.enumerated() {
                    _ = try await world.record(RecordingDraft(callerNumber: "\(caller)", calleeNumber: "9", started: time))
                }
                for endpoint in ["recording/search", "cdr/search"] {
                    func found(_ start: String, _ end: String) async throws -> [String] {
                        let items = try await world.get(endpoint, ["start_time": start, "end_time": end])["data"]?.array ?? []
                        return items.compactMap { $0["time"]?.string }.sorted()
                    }
                    let both = [text("01:30:00"), text("01:30:00")]
                    #expect(try await found(text("01:30:00"), text("01:30:00")) == both)
                    #expect(try await found("\(times[0].unix)", text("01:30:00")) == (both + [text(isDayFirst ? "12:59:59" : "00:59:59")]).sorted())
                    #expect(try await found(text("01:30:00"), text("02:00:00")) == both + [text("02:00:00")])
                    // Seconds tell which pass.
                    #expect(try await found("\(times[2].unix)", "\(times[2].unix)") == [text("01:30:00")])
                }
            }
        }
    }
}

extension PSeriesWorld {
    /// The event 30012 that follows `cause`, as a web socket gets it.
    func nextEvent<Value: Sendable>(after cause: @Sendable () async throws -> Value) async throws -> JSON {
        let token = token
        return try await SocketClient.run(port: server.port, path: "/openapi/v1.0/subscribe?access_token=\(token)") {
            (client: inout SocketClient) async throws in
            try await client.send(#"{"topic_list":[30012]}"#)
            #expect(try await client.next() == .text(#"{"errcode":0,"errmsg":"SUCCESS"}"#))
            _ = try await cause()
            guard case .text(let text)? = try await client.next() else { return .null }
            return try JSON.parse(text)
        }
    }
}
