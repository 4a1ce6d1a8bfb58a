import Testing
import Voicemail

@Suite("Names by position")
struct PositionNameTests {
    @Test(
        "Four digits, more where they do not suffice",
        arguments: [
            (0, "msg0000.wav"), (1, "msg0001.wav"), (9999, "msg9999.wav"), (10_000, "msg10000.wav"), (123_456_789_012, "msg123456789012.wav"),
        ])
    func roundTrip(position: Int, name: String) {
        #expect(PositionName.text(position) == name)
        #expect(PositionName.position(name) == position)
    }

    @Test(
        "Nothing else is a name",
        arguments: [
            "", "msg.wav", "msg000.wav", "msg00000.wav", "msg00001.wav", "msg0000", "msg0000.mp3", "MSG0000.wav", "msg-001.wav", "msg+001.wav",
            "msg0x00.wav", " msg0000.wav", "msg0000.wav ", "msg٠٠٠٠.wav", "../msg0000.wav", "msg0000.wav\u{0}", "msg9999999999999.wav",
            "msg99999999999999999999999.wav", "all",
        ])
    func refused(name: String) {
        #expect(PositionName.position(name) == nil)
    }
}
