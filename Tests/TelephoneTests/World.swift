import Foundation
import SIPGrammar
import TestKit
import Voicemail

@testable import Telephone

/// Two accounts on a real server: Acme with mailboxes 200, 201 and a group's 6300, and, where it is asked for, Other with a 200 of its own.
struct World: Sendable {
    let service: VoicemailService
    let acme: Account
    let other: Account?

    static func run<Value: Sendable>(tenants: Bool = false, _ body: @Sendable (World) async throws -> Value) async throws -> Value {
        try await TestServer.run { server in
            let service = server.service
            let acme = try await service.accounts.create(["name": "Acme", "realm": "acme.example"], below: nil)
            let first = try await server.makeMailbox("200", in: acme)
            _ = try await server.makeMailbox("201", in: acme)
            _ = try await service.mailboxes.create(
                ["name": "Sales", "mailbox": "6300"], id: nil, group: MailboxGroup(mode: .share, members: [first.id]), in: acme)
            var other: Account?
            if tenants {
                let account = try await service.accounts.create(["name": "Other", "realm": "other.example"], below: nil)
                _ = try await server.makeMailbox("200", in: account)
                other = account
            }
            return try await body(World(service: service, acme: acme, other: other))
        }
    }

    func decide(
        _ invite: SIPMessage, peer: String = "192.0.2.10", port: Int = 5060, isTrusted: Bool = true, plan: NumberPlan = NumberPlan(countryCode: "49"),
        _ configure: (inout WhichBoxSettings) -> Void = { _ in }
    ) async throws -> Decision {
        var settings = WhichBoxSettings()
        settings.listening = ["*97", #"/^\*98(\d+)$/"#].compactMap { ListeningNumber($0) }
        configure(&settings)
        return try await WhichBox(settings, plan: plan, directory: service).decide(
            invite, Arrival(peer: NetworkAddress(peer), port: port, isTrusted: isTrusted))
    }
}

extension Decision {
    /// In a few words: `deposit 200@acme.example`, `listen 200@acme.example`, `404`.
    var summary: String {
        switch outcome {
        case .deposit(let account, let mailbox): "deposit \(mailbox.number)@\(account.realm)"
        case .listen(let account, let mailbox): "listen \(mailbox?.number ?? "?")@\(account.realm)"
        case .notFound: "404"
        }
    }
}

/// INVITEs that PBXs send, each with where it is from.
enum Invites {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Invites")

    static var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).map { String($0.dropLast(4)) }.sorted() }
    }

    static func text(_ name: String) throws -> String { try String(contentsOf: folder.appendingPathComponent(name + ".sip"), encoding: .utf8) }

    static func message(_ name: String) throws -> SIPMessage {
        let lines = try text(name).split(separator: "\n", omittingEmptySubsequences: false).drop { $0.hasPrefix("#") }
        return try SIPMessage(Array(lines.joined(separator: "\r\n").utf8))
    }

    /// An INVITE with these lines beside what every one has.
    static func made(_ uri: String = "sip:vm@192.0.2.50", _ lines: String..., from: String = "<sip:100@192.0.2.10>;tag=1", to: String = "<sip:vm@192.0.2.50>")
        throws -> SIPMessage
    {
        let head = [
            "INVITE \(uri) SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1", "From: \(from)", "To: \(to)", "Call-ID: 1@192.0.2.10", "CSeq: 1 INVITE",
        ]
        return try SIPMessage(Array(((head + lines).joined(separator: "\r\n") + "\r\n\r\n").utf8))
    }
}
