import Foundation
import TestKit
import Testing
import Voicemail

@testable import Delivery

/// A mail in the form in which it goes over the wire, and how it is given out.
@Suite struct MailContentTests {
    private static func content(_ attachment: AttachedBytes?) throws -> MailContent {
        let address = try #require(MailAddress("john@example.org"))
        var message = MailMessage(to: address, subject: "Greetings", text: "Hello.\n", html: "<p>Hello.</p>\n")
        message.attachment = attachment.map { MailAttachment(name: "a.wav", contentType: "audio/x-wav", content: $0.copy) }
        return MailContent(message, from: address, headers: ["Subject: Greetings"])
    }

    /// All that is given out, in pieces that are no longer than the place for them.
    private static func bytes(_ source: MailSource, _ place: Int) -> [UInt8] {
        var bytes: [UInt8] = [], buffer = [UInt8](repeating: 0, count: place)
        while let count = buffer.withUnsafeMutableBytes({ source.read(into: $0) }), count > 0 { bytes += buffer[..<count] }
        return bytes
    }

    @Test func base64IsThatOfOthers() {
        for count in Array(0...240) + [57 * 1024, 57 * 1024 + 1] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ count) }
            let padded = bytes + Array(repeating: 0xFF, count: Base64Lines.padding)
            var encoded = [UInt8](repeating: 0, count: Base64Lines.size(of: count))
            padded.withUnsafeBytes { from in encoded.withUnsafeMutableBytes { to in Base64Lines.encode(from, count: count, to: to) } }
            let expected = Data(bytes).base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
            #expect(String(decoding: encoded, as: UTF8.self) == (count == 0 ? "" : expected + "\r\n"), "\(count) bytes")
        }
    }

    @Test("However it is asked for, the same is given out, of the length that was told", arguments: [nil, 0, 1, 57, 58, 58_368, 120_001])
    func pieces(_ size: Int?) throws {
        let file = try size.map { size in try AttachedBytes((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }) }
        let content = try Self.content(file)
        let whole = Self.bytes(try MailSource(content), 1 << 20)
        for place in [78, 79, 333, 16_384, 65_536] {
            let source = try MailSource(content)
            #expect(!source.hasBegun)
            #expect(Self.bytes(source, place) == whole)
            #expect(source.size == whole.count && source.hasBegun && source.failure == nil)
        }
        let lines = String(decoding: whole, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 100 && !$0.contains("\n") && !$0.contains("\r") })
        let mail = MIMEPart(lines)
        #expect(mail.parts.count == (file == nil ? 1 : 2) && mail.parts[0].parts.map(\.text) == ["Hello.\n", "<p>Hello.</p>\n"])
        if let file { #expect(mail.parts[1].content == file.bytes) }
    }

    @Test func aFileThatHasBecomeShorterIsNotSentAsAWhole() throws {
        let file = try AttachedBytes(Array(repeating: 9, count: 200_000))
        let source = try MailSource(try Self.content(file))
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let first = buffer.withUnsafeMutableBytes { source.read(into: $0) }
        #expect(first != nil)
        try #require(truncate(file.path, 100_000) == 0)
        var last: Int? = 1
        while let count = last, count > 0 { last = buffer.withUnsafeMutableBytes { source.read(into: $0) } }
        #expect(last == nil && source.failure == "the attachment cannot be read")
    }

    @Test(
        "Text in quoted-printable has short lines, nothing but printable ASCII, no blank at an end, and is the same again",
        arguments: [
            "", "\n", "a\n\nb\n", "= = =\n", "ends with a blank \nand a tab\t\n", "no end", "Grüße, 🎧 и вам\n", ".\n..\nFrom here\n",
            String(repeating: "a", count: 75) + "\n" + String(repeating: "b", count: 76) + "\n" + String(repeating: "c", count: 77) + "\n",
            String(repeating: "ü", count: 60) + " \n", String(repeating: "x", count: 74) + "=\n", "a\u{0}b\u{7F}\rc\n",
        ])
    func quotedPrintable(_ text: String) {
        var bytes: [UInt8] = []
        QuotedPrintable.append(text, to: &bytes)
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 76 && $0.last != " " && $0.last != "\t" })
        #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 == 9 || (0x20...0x7E).contains($0) } })
        #expect(MIMEPart(["Content-Transfer-Encoding: quoted-printable", ""] + lines).text == text)
    }

    @Test func linesThatEndInBothAreLines() {
        var bytes: [UInt8] = []
        QuotedPrintable.append("a\r\nb\n", to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "a\r\nb\r\n")
    }
}
