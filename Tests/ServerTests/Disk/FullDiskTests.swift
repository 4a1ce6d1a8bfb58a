import Foundation
import TestKit
import Testing
import Voicemail

/// Promise 1 on a disk that fills to its last byte, through the program itself.
@Suite(.enabled(if: SmallDisk.isAvailable, "this machine lets us mount no small disk")) struct FullDiskTests {
    private static let settings = [
        "AFTERTONE_ARCHIVE_RESERVE_BYTES": String(3 << 20), "AFTERTONE_STORE_RESERVE_BYTES": String(1 << 20),
        "AFTERTONE_ARCHIVE_PREPARED_FILES": "2",
    ]

    @Test func nothingAcknowledgedIsLostAndRoomBringsItBack() async throws {
        try await SmallDisk.run(bytes: 16 << 20) { disk in
            let world = try await DiskWorld.make(in: disk.path + "/data", launcher: disk.launcher)
            try disk.fill("other", upTo: 9 << 20)
            try await world.serving(Self.settings) { program, server in
                try await Self.depositUntilRefused(world, server)
                // Not ready before the disk is full: what is small still goes.
                #expect(try await server.readiness(503).json["reasons"]?["archive"] != nil)
                #expect(try await world.change(at: server).status == 200)
                try await world.expectWhole(at: server)

                try disk.fill("rest")
                try await Self.changeUntilRefused(world, server)
                expectStorageFault(try await world.deposit(at: server))
                // P§2.6: what failed, and not what nobody foresaw.
                let refused = try await world.getToken(at: server)
                #expect(refused.status == 200 && refused.text == #"{"errcode":10009,"errmsg":"OPERATION FAILED"}"#)
                #expect(try await server.readiness(503).json["reasons"]?["store"] != nil)
                try await world.expectWhole(at: server)
                program.send(SIGTERM)
                #expect(await program.status() == 0)
            }
            // What stopping has set free is taken by others.
            try disk.fill("rest")
            for ending in [SIGKILL, SIGTERM] {
                try await world.serving(Self.settings) { program, server in
                    #expect(try await server.readiness(503).status == 503)
                    try await world.expectWhole(at: server)
                    expectStorageFault(try await world.deposit(at: server))
                    program.send(ending)
                    _ = await program.status()
                }
                try disk.fill("rest")
            }
            try await world.serving(Self.settings) { program, server in
                try disk.remove("rest")
                try disk.remove("other")
                #expect(try await server.readiness(200).status == 200)
                #expect(try await world.getToken(at: server).json["errcode"] == 0)
                #expect(try await world.deposit(at: server).status == 201)
                #expect(try await world.change(at: server).status == 200)
                try await world.expectWhole(at: server)
                program.send(SIGTERM)
                #expect(await program.status() == 0)
            }
            try await world.verify()
        }
    }

    private static func depositUntilRefused(_ world: DiskWorld, _ server: RemoteServer) async throws {
        for _ in 0..<2000 {
            let answer = try await world.deposit(at: server)
            if answer.status == 201 { continue }
            expectStorageFault(answer)
            return #expect(await world.count > 20)
        }
        Issue.record("the disk never filled")
    }

    /// What the log has room for already still goes.
    private static func changeUntilRefused(_ world: DiskWorld, _ server: RemoteServer) async throws {
        for _ in 0..<500 {
            let answer = try await world.change(at: server)
            if answer.status != 200 { return expectStorageFault(answer) }
        }
        Issue.record("changes never needed room")
    }
}
