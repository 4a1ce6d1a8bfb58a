import Foundation
import TestKit
import Testing
import Voicemail

/// One user writes everything, so that the server can open what a command has written.
@Suite(.enabled(if: geteuid() == 0)) struct OwnershipTests {
    private static let user: uid_t = 65_534
    private static let launcher = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

    /// The program as that user.
    private struct Service: Sendable {
        let data: String
        /// Where it may write besides.
        let scratch: String

        func callAsFunction(_ arguments: String...) async throws -> CommandLineProgram.Outcome {
            try await CommandLineProgram.run(
                arguments + ["--data", data, "--json"], environment: ["TMPDIR": scratch], in: "/", launcher: OwnershipTests.launcher)
        }
    }

    /// Whose what lies in a directory is.
    private static func owners(_ path: String) throws -> Set<Int> {
        let names = try FileManager.default.subpathsOfDirectory(atPath: path).map { path + "/" + $0 }
        return Set(try (names + [path]).compactMap { (try FileManager.default.attributesOfItem(atPath: $0)[.ownerAccountID] as? NSNumber)?.intValue })
    }

    private static func withService(_ body: @Sendable (Service, Tool, TemporaryDirectory) async throws -> Void) async throws {
        try await TemporaryDirectory.run { scratch in
            let data = scratch.path + "/data"
            chmod(scratch.path, 0o755)
            try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
            let own = scratch.path + "/own"
            try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: false)
            for path in [data, own] { #expect(chown(path, user, user) == 0) }
            try await body(Service(data: data, scratch: own), Tool(data: data), scratch)
        }
    }

    @Test func rootIsToldWhomToBeAndWritesNothing() async throws {
        try await Self.withService { (service, root, scratch) async throws -> Void in
            let sound = try scratch.write(Sound.bytes(1, 1), to: "voice.wav")
            chmod(sound, 0o644)
            let expected = "\(service.data) belongs to nobody: run this as that user, as in `runuser -u nobody -- aftertone …`"
            // Before there is anything, and afterwards.
            #expect(try await root.refusal("account", "create", "Acme") == expected)
            #expect(try FileManager.default.contentsOfDirectory(atPath: service.data) == [])
            #expect(try await service("account", "create", "Acme").status == 0)
            #expect(try await service("mailbox", "create", "--account", "Acme", "--number", "3000", "--name", "One").status == 0)
            #expect(try await root.refusal("message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "2001", sound) == expected)
            #expect(try await root.refusal("account", "list") == expected)
            #expect(try await root.refusal("verify") == expected)
            #expect(try await root.refusal("backup", scratch.path + "/backup") == expected)
            #expect(try await root("serve", "--listen", "127.0.0.1:0").refusal == expected)
            #expect(try await root.refusal("restore", scratch.path) != nil)
            // The owner may do all of it, while the server runs and afterwards.
            try await CommandLineProgram.running(
                ["serve", "--listen", "127.0.0.1:0", "--data", service.data], environment: ["TMPDIR": service.scratch], launcher: Self.launcher
            ) { server async throws -> Void in
                #expect(await server.port() != nil)
                #expect(try await service("message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "2001", sound).status == 0)
                #expect(try await service("verify").json["ok"] == true)
                #expect(try Self.owners(service.data) == [Int(Self.user)])
                server.send(SIGTERM)
                #expect(await server.status() == 0)
            }
            #expect(try await service("verify").json["blobs"] == 1)
            #expect(try Self.owners(service.data) == [Int(Self.user)])
        }
    }

    /// The other way round: the owner is root, and somebody else tries.
    @Test func anotherUserIsToldToo() async throws {
        try await Self.withService { (service, root, scratch) async throws -> Void in
            let data = scratch.path + "/roots"
            #expect(try await Tool(data: data).json("account", "create", "Acme").text("id") != "")
            #expect(
                try await Service(data: data, scratch: service.scratch)("account", "list").refusal
                    == "\(data) belongs to root: run this as that user, as in `runuser -u root -- aftertone …`")
        }
    }

    /// What an older command has left as root: an error of that piece of audio, by its name, and of nothing else.
    @Test func audioThatCannotBeReadIsNamedAndTheRestGoesOn() async throws {
        try await Self.withService { (service, _, scratch) async throws -> Void in
            let sounds = try (0..<2).map { try scratch.write(Sound.bytes(1, $0), to: "\($0).wav") }
            #expect(try await service("account", "create", "Acme").status == 0)
            #expect(try await service("mailbox", "create", "--account", "Acme", "--number", "3000", "--name", "One").status == 0)
            for sound in sounds {
                chmod(sound, 0o644)
                #expect(try await service("message", "add", "--account", "Acme", "--mailbox", "3000", "--from", "2001", sound).status == 0)
            }
            let blobs = try FileManager.default.subpathsOfDirectory(atPath: service.data + "/blobs").filter { $0.count == 35 }.sorted()
            let blob = try #require(blobs.first)
            #expect(chown(service.data + "/blobs/" + blob, 0, 0) == 0)
            // One that nothing names, too: it must not keep the server from starting.
            let orphan = BlobID().hex, path = "\(service.data)/blobs/\(orphan.prefix(2))/\(orphan)"
            #expect(
                FileManager.default.createFile(
                    atPath: path, contents: Data([1]),
                    attributes: [
                        .posixPermissions: 0o600, .modificationDate: Date(timeIntervalSinceNow: -2 * 3600),
                    ]))

            let name = String(blob.suffix(32))
            let verified = try await service("verify")
            #expect(verified.status == 1 && verified.json["blobs"] == 2, "\(verified.errors)")
            let damages = verified.json["damages"]?.array ?? []
            #expect(Set(damages.map { $0.text("kind") + " " + $0.text("id") }) == ["unreadable_blob \(name)", "orphan_blob \(orphan)"])
            #expect(damages.contains { $0.text("text").contains("Permission denied") && $0.text("text").contains("in mailbox 3000") })

            let backup = scratch.path + "/backup"
            try FileManager.default.createDirectory(atPath: backup, withIntermediateDirectories: false)
            chown(backup, Self.user, Self.user)
            let made = try await service("backup", backup)
            #expect(made.status == 1 && made.json["blobs"] == 1, "\(made.errors)")
            #expect(made.json["damages"]?.array?.map { $0.text("kind") + " " + $0.text("id") } == ["unreadable_blob \(name)"])
            #expect(FileManager.default.fileExists(atPath: backup + "/manifest"))

            try await CommandLineProgram.running(
                ["serve", "--listen", "127.0.0.1:0", "--data", service.data], environment: ["TMPDIR": service.scratch], launcher: Self.launcher
            ) { server async throws -> Void in
                #expect(await server.port() != nil, "\((try? server.errors()) ?? "")")
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }
}
