import Foundation
import Testing
import Voicemail

@Suite("What a recording's file name tells")
struct DescriptionTests {
    private func described(_ name: String, zone: String = "Asia/Shanghai", _ parameters: RecordingParameters = RecordingParameters()) throws -> RecordingDraft {
        try RecordingDraft(parameters, fileName: name, zone: try #require(TimeZone(identifier: zone)), isComplete: true)
    }

    @Test("The call began in the second its id begins with, recording a little later (P§8.6)")
    func begins() throws {
        let draft = try described("20220112173629-1641980184.14-5566-5556-Internal.wav")
        #expect(draft.started == Timestamp(rfc3339: "2022-01-12T09:36:24Z"))
        #expect(draft.recorded == Timestamp(rfc3339: "2022-01-12T09:36:29Z"))
        #expect(draft.callID == "1641980184.14")
        #expect(draft.callerNumber == "5566" && draft.calleeNumber == "5556" && draft.direction == .within)
    }

    @Test(
        "In the hour that a clock shows twice, the second of the call's id tells which pass it was",
        arguments: [
            ("Europe/Dublin", "20261025013005", "2026-10-25T00:30:00Z", "2026-10-25T00:30:05Z"),
            ("Europe/Dublin", "20261025013005", "2026-10-25T01:30:00Z", "2026-10-25T01:30:05Z"),
            ("Europe/Dublin", "20261025013005", "2026-10-25T01:30:05Z", "2026-10-25T01:30:05Z"),
            ("Australia/Lord_Howe", "20260405014505", "2026-04-04T14:45:00Z", "2026-04-04T14:45:05Z"),
            ("Australia/Lord_Howe", "20260405014505", "2026-04-04T15:15:00Z", "2026-04-04T15:15:05Z"),
        ])
    func repeatedHour(_ zone: String, _ digits: String, _ began: String, _ recorded: String) throws {
        let second = try #require(Timestamp(rfc3339: began))
        let draft = try described("\(digits)-\(second.unix).1-1-2-Internal.wav", zone: zone)
        #expect(draft.started == second)
        #expect(draft.recorded == Timestamp(rfc3339: recorded))
    }

    @Test("A recorder that reads the clock twice for a name may have the call begin a second after its recording")
    func idIsLater() throws {
        let second = try #require(Timestamp(rfc3339: "2026-10-25T01:30:06Z"))
        let draft = try described("20261025013005-\(second.unix).1-1-2-Internal.wav", zone: "Europe/Dublin")
        #expect(draft.recorded == second.advanced(by: -1) && draft.started == draft.recorded)
    }

    @Test("Of every zone, each time at its changes of some decades is one of those that its clock reading stands for")
    func everyZone() throws {
        for name in TimeZone.knownTimeZoneIdentifiers {
            let zone = try #require(TimeZone(identifier: name))
            var moment = Date(timeIntervalSince1970: 1_577_836_800)
            let end = Date(timeIntervalSince1970: 1_893_456_000)
            while let change = zone.nextDaylightSavingTimeTransition(after: moment), change < end {
                for seconds in [-3601, -3600, -1, 0, 3599, 3600] {
                    let time = Timestamp(unix: Int(change.timeIntervalSince1970) + seconds)
                    let at = time.fields(in: zone)
                    let wall = try #require(WallTime(digits: at.date("") + at.time("")))
                    let times = wall.timestamps(in: zone)
                    #expect(times.contains(time), "\(name) \(time.iso8601)")
                    #expect(times == times.sorted() && times.allSatisfy { $0.fields(in: zone) == at }, "\(name) \(time.iso8601)")
                    #expect(wall.timestamp(in: zone) == times.first && wall.lastTimestamp(in: zone) == times.last, "\(name)")
                }
                moment = change
            }
        }
    }

    @Test(
        "Whatever of a name can be read is, and never is now taken for a time that stands in it",
        arguments: [
            (
                "20220112173629-pbx-one-1641980184.14-5566-5556-Internal.wav", "2022-01-12T09:36:24Z", "pbx-one-1641980184.14", "5566", "5556",
                CallDirection.within
            ),
            ("20220112173629-1641980184.14-(02)5566-+44 (0)20-Outbound.wav", "2022-01-12T09:36:24Z", "1641980184.14", "025566", "+44020", .outbound),
            ("20220112173629-1641980184.14-55-66-5556-Inbound.wav", "2022-01-12T09:36:24Z", "1641980184.14", "", "", .inbound),
            ("20220112173629-whatever.wav", "2022-01-12T09:36:29Z", "", "", "", .unknown),
            ("out-(02)5551234-101-20220112-173629-pbx-1-1641980184.14.wav", "2022-01-12T09:36:24Z", "pbx-1-1641980184.14", "101", "025551234", .outbound),
            ("q-600-5551234-20220112-173629-1641980184.14.wav", "2022-01-12T09:36:24Z", "1641980184.14", "5551234", "600", .inbound),
            ("20220112173629-abc-def-2002-2005-Internal.wav", "2022-01-12T09:36:29Z", "abc-def", "2002", "2005", .within),
            ("rg-600-unknown-20220112-173629-1641980184.14.wav", "2022-01-12T09:36:24Z", "1641980184.14", "", "600", .unknown),
            ("call 2022-01-12_17-36-29 of Anna.mp3", "2022-01-12T09:36:29Z", "", "", "", .unknown),
            ("Anna_20220112173629.mp3", "2022-01-12T09:36:29Z", "", "", "", .unknown),
            ("no-such-20221399-999999.wav", "", "", "", "", .unknown),
        ])
    func partsOfNames(_ name: String, _ started: String, _ callID: String, _ caller: String, _ callee: String, _ direction: CallDirection) throws {
        let zone = try #require(TimeZone(identifier: "Asia/Shanghai"))
        let draft = try RecordingDraft(RecordingParameters(), fileName: name, zone: zone, isComplete: false)
        #expect(draft.started == (started.isEmpty ? nil : Timestamp(rfc3339: started)))
        #expect([draft.callID ?? "", draft.callerNumber, draft.calleeNumber] == [callID, caller, callee])
        #expect(draft.direction == direction)
    }

    @Test("An id that does not fit the time is an id and nothing else")
    func unrelatedID() throws {
        for name in ["20220112173629-7.14-1-2-Internal.wav", "20220112173629-1641980190.14-1-2-Internal.wav"] {
            #expect(try described(name).started == Timestamp(rfc3339: "2022-01-12T09:36:29Z"))
        }
    }

    @Test("Both numbers are needed, from wherever")
    func numbers() throws {
        #expect(throws: VoicemailError.invalid([Violation(["caller"], .required), Violation(["callee"], .required)])) { try described("call.wav") }
        var parameters = RecordingParameters()
        parameters.caller = "1"
        #expect(throws: VoicemailError.invalid([Violation(["callee"], .required)])) { try described("call.wav", parameters) }
        parameters.callee = "2"
        parameters.direction = "Inbound"
        let draft = try described("call.wav", parameters)
        #expect(draft.started == nil && draft.callID == nil && draft.direction == .inbound && draft.source == "call.wav")
    }
}
