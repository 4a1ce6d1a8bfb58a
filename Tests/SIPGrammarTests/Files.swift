import Foundation

@testable import SIPGrammar

/// Messages that are kept beside the tests, as they are on the wire.
enum Files {
    static func torture(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent("Torture/\(name).sip")))
    }

    static var tortures: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("Torture").path).filter { $0.hasSuffix(".sip") }
                .map { String($0.dropLast(4)) }.sorted()
        }
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
}

/// What became of a message.
func read(_ bytes: [UInt8], framing: SIPMessage.Framing = .datagram, limits: GrammarLimits = GrammarLimits()) -> Result<SIPMessage, GrammarError> {
    do throws(GrammarError) { return .success(try SIPMessage(bytes, framing: framing, limits: limits)) } catch { return .failure(error) }
}

/// A request with what every request has, and these lines beside it.
func request(_ lines: String..., uri: String = "sip:200@example.com", body: String = "") -> [UInt8] {
    let head = [
        "INVITE \(uri) SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1", "From: <sip:100@example.com>;tag=1", "To: <sip:200@example.com>",
        "Call-ID: 1@example.com", "CSeq: 1 INVITE",
    ]
    return Array(((head + lines).joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
}
