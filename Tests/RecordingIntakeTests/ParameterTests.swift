import HTTPFront
import HTTPTypes
import Testing
import Voicemail

@testable import RecordingIntake

@Suite("What a recorder says of a call, in the query of its request")
struct ParameterTests {
    private func read(_ query: String) throws -> RecordingParameters { try IntakeParameters.read(try Query(parsing: query)) }

    @Test("Each name and its other name; the first that has a value counts")
    func names() throws {
        let first = try read("caller=1&callee=2&caller_name=A&callee_name=B&type=in&call_id=x")
        #expect(
            first.caller == "1" && first.callee == "2" && first.callerName == "A" && first.calleeName == "B" && first.direction == "in" && first.callID == "x")
        let other = try read("from=1&to=2&from_name=A&to_name=B&direction=in")
        #expect(
            other.caller == "1" && other.callee == "2" && other.callerName == "A" && other.calleeName == "B" && other.direction == "in" && other.callID == nil)
        let both = try read("from=3&caller=1&caller=9&to=4&callee=&type=&direction=out")
        #expect(both.caller == "1" && both.callee == "4" && both.direction == "out")
        let none = try read("caller=&Caller=1&x=y")
        #expect(none.caller == nil && none.callee == nil && none.started == nil && none.durationMilliseconds == nil)
    }

    @Test("A plus is one in numbers and ids, and a blank in names")
    func pluses() throws {
        let read = try read("caller=+353+1&callee=%2B49&caller_name=Ann+Lee&callee_name=C%2B%2B&call_id=a+b")
        #expect(read.caller == "+353+1" && read.callee == "+49" && read.callerName == "Ann Lee" && read.calleeName == "C++" && read.callID == "a+b")
    }

    @Test(
        "Times of RFC 3339, and seconds since 1970",
        arguments: [
            ("2024-05-06T07:08:09Z", 1_714_979_289), ("2024-05-06T09:08:09+02:00", 1_714_979_289), ("1714979289", 1_714_979_289),
            ("1714979289.5", 1_714_979_289),
            ("1714979289.999", 1_714_979_289), ("1714979289.", 1_714_979_289),
        ])
    func times(text: String, unix: Int) throws { #expect(try read("at=\(text)").started == Timestamp(unix: unix)) }

    @Test(
        "What is no time is refused by its name",
        arguments: [
            "yesterday", "2024-05-06", "2024-13-06T07:08:09Z", "1714979289.x", ".1714979289.5", "1714979289.5.5", "0x66388000", "nan", "inf",
            "1e300",
            "99999999999999999999", "1_714_979_289", "%201714979289",
        ])
    func noTimes(text: String) throws {
        let value = try #require(try Query(parsing: "at=\(text)").literal("at"))
        #expect(throws: VoicemailError.invalid([Violation(["at"], .format("time"), value: .string(value))])) { try read("at=\(text)") }
    }

    @Test(
        "Lengths in seconds, to the thousandth",
        arguments: [
            ("0", 0), ("7", 7000), ("12.5", 12_500), ("0.0004", 0), ("0.0005", 1), ("1000000", 1_000_000_000), ("1e3", 1_000_000), ("1.5e-1", 150), (".5", 500),
        ])
    func lengths(text: String, milliseconds: Int) throws { #expect(try read("duration=\(text)").durationMilliseconds == milliseconds) }

    @Test(
        "What is no length is refused by its name",
        arguments: ["long", "-1", "-0.001", "1000000.001", "1e7", "0x10", "nan", "inf", "infinity", "1,5", "1:30", "5s", "1e", "--1", "."])
    func noLengths(text: String) {
        #expect(throws: VoicemailError.invalid([Violation(["duration"], .format("number of seconds"), value: .string(text))])) { try read("duration=\(text)") }
    }

    @Test("All that is wrong is told at once")
    func both() {
        let violations = [Violation(["at"], .format("time"), value: "x"), Violation(["duration"], .format("number of seconds"), value: "y")]
        #expect(throws: VoicemailError.invalid(violations)) { try read("duration=y&at=x&caller=1") }
    }

    @Test("Each refusal of the domain and of the archive has a status, and its words name what is meant")
    func failures() {
        func told(_ error: any Error) -> String {
            let failure = IntakeFailure(error)
            return "\(failure.status.code) \(failure.message)"
        }
        #expect(
            told(VoicemailError.conflict) == "409 there is another recording of this name" && told(VoicemailError.badCredentials) == "401 the key is not known")
        #expect(
            told(VoicemailError.disabled) == "403 the account is switched off" && told(VoicemailError.unplayable).hasPrefix("415 no decoder accepts the audio"))
        #expect(
            told(VoicemailError.limitReached) == "500 the recording could not be stored" && told(CancellationError()) == "500 the recording could not be stored"
        )
        #expect(
            told(ArchiveError.tooLarge(limit: 9)) == "413 a recording has at most 9 bytes"
                && told(BodyError.tooLarge(limit: 8)) == "413 a recording has at most 8 bytes")
        #expect(told(ArchiveError.full) == "507 there is no room" && told(StoreError.full) == "507 there is no room")
        #expect(told(AudioError.overloaded("x")).hasPrefix("503 ") && IntakeFailure(AudioError.overloaded("x")).response.headers[.retryAfter] == "30")
        let violations = [
            Violation(["caller"], .required), Violation(["call_id"], .maxLength(255)), Violation(["type"], .enumeration(["a", "b"])),
            Violation(["at"], .format("time")),
        ]
        #expect(
            told(VoicemailError.invalid(violations))
                == "400 caller is needed: neither the request nor the name tells it; call_id is longer than 255 characters; type is none of a, b; at is no time"
        )
    }
}
