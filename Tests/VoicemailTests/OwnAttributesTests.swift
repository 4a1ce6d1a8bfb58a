import Foundation
import Testing
@testable import Voicemail

struct OwnAttributesTests {
    @Test("What is read of a mailbox for its properties' sake is what its properties read")
    func areThoseOfTheProperties() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Sources/Voicemail/Mailboxes/Mailbox.swift")
        let source = try String(contentsOf: file, encoding: .utf8)
        var read = Set(source.matches(of: /attributes\["(\w+)"\]/).map { String($0.output.1) })
        if source.contains("attributes[Self.mailSwitch]") { read.insert(Mailbox.mailSwitch) }
        #expect(read.count > 8)
        // Labels are as many as clients like, and read where they are shown.
        #expect(read == Mailbox.ownAttributes.union(["flags"]))
    }
}
