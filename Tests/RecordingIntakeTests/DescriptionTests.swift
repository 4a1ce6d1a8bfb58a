import Foundation
import Testing
import Voicemail

@Suite("What a recording's file name tells")
struct DescriptionTests {
    private func described(_ name: String, zone: String = "Asia/Shanghai", _ parameters: RecordingParameters = RecordingParameters()) throws -> RecordingDraft {
        try RecordingDraft(parameters, fileName: name, zone: try #require(TimeZone(identifier: zone)), isComplete: true)
    }

    @Test("The call began in the second its id begins with, recording a little later (P-Series contract §8.6)")
    func begins() throws {
        let draft = try described("20220112173629-1641980184.14-5566-5556-Internal.wav")
        #expect(draft.started == Timestamp(rfc3339: "2022-01-12T09:36:24Z"))
        #expect(draft.recorded == Timestamp(rfc3339: "2022-01-12T09:36:29Z"))
        #expect(draft.callID == "1641980184.14")
        #expect(draft.callerNumber == "5566" && draft.calleeNumber == "5556" && draft.direction == .within)
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
