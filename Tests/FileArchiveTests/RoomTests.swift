import Glibc
import NIOCore
import TestKit
import Testing
import Voicemail

@testable import FileArchive

@Suite struct RoomOnTheDevice {
    @Test func endsAtTheReserve() async throws {
        let faults = Faults()
        try await withArchive({ $0.reserveBytes = 1000 }, system: faults.system) { archive, _ in
            faults.setFree(1001)
            faults.advance(1)
            _ = try await archive.begin(limit: 10)
            #expect(await archive.unavailability() == nil)
            faults.setFree(1000)
            faults.advance(1)
            await #expect(throws: ArchiveError.full) { _ = try await archive.begin(limit: 10) }
            #expect(await archive.unavailability() == "1000 bytes free, 1000 are kept in reserve")
        }
    }

    @Test func isAskedForOnceASecondAndCountedInBetween() async throws {
        let faults = Faults()
        try await withArchive({ $0.reserveBytes = 1000 }, system: faults.system) { archive, _ in
            faults.setFree(1010)
            faults.advance(1)
            _ = try await ArchiveContract.store(Bytes.pattern(9), in: archive)
            faults.setFree(5000)
            _ = try await ArchiveContract.store(Bytes.pattern(1), in: archive)
            faults.advance(0.999)
            await #expect(throws: ArchiveError.full) { _ = try await archive.begin(limit: 10) }
            faults.advance(0.002)
            _ = try await archive.begin(limit: 10)
        }
    }

    @Test func comesBackByItself() async throws {
        let faults = Faults()
        try await withArchive({ $0.reserveBytes = 1000 }, system: faults.system) { archive, path in
            faults.setFree(0)
            faults.advance(1)
            await #expect(throws: ArchiveError.full) { _ = try await archive.begin(limit: 10) }
            #expect(await archive.unavailability() != nil)
            faults.setFree(nil)
            faults.advance(1.001)
            #expect(await archive.unavailability() == nil)
            let stored = try await ArchiveContract.store([1], in: archive)
            #expect(try await ArchiveContract.listing(of: archive) == [stored.id: 1])
        }
    }

    @Test func thatCannotBeToldIsAFailure() async throws {
        let faults = Faults()
        try await withArchive(system: faults.system) { archive, _ in
            faults.failFree(EIO)
            faults.advance(1)
            await #expect(throws: ArchiveError.failed("ask for free space: Input/output error")) { _ = try await archive.begin(limit: 10) }
            #expect(await archive.unavailability() == "ask for free space: Input/output error")
            faults.reset()
            #expect(await archive.unavailability() == nil)
        }
    }

    /// A device may have room and yet not take a write.
    @Test(arguments: [Faults.Step.open, .write, .sync])
    func isTriedWithAWrite(_ step: Faults.Step) async throws {
        let faults = Faults()
        try await withArchive(system: faults.system) { archive, path in
            faults.fail(step, EROFS)
            #expect(await archive.unavailability() == "a trial write failed: \(step.rawValue): Read-only file system")
            faults.reset()
            faults.advance(0.999)
            #expect(await archive.unavailability() != nil)
            faults.advance(0.002)
            #expect(await archive.unavailability() == nil)
            #expect(access(path + "/.probe", F_OK) != 0)
        }
    }
}

@Suite struct Quota {
    @Test func isInAndOneByteMoreIsOut() async throws {
        try await withArchive({ $0.quotaBytes = 1000 }) { archive, path in
            let first = try await ArchiveContract.store(Bytes.pattern(600), in: archive)
            await #expect(throws: ArchiveError.full) { try await ArchiveContract.store(Bytes.pattern(401), in: archive) }
            #expect(await archive.unavailability() == nil)
            let second = try await ArchiveContract.store(Bytes.pattern(400), in: archive)
            #expect(try await ArchiveContract.listing(of: archive) == [first.id: 600, second.id: 400])
            #expect(await archive.unavailability() == "the quota of 1000 bytes is used")
            await #expect(throws: ArchiveError.full) { _ = try await archive.begin(limit: 1) }

            try await archive.remove(second.id)
            try await archive.remove(second.id)
            #expect(await archive.unavailability() == nil)
            await #expect(throws: ArchiveError.full) { try await ArchiveContract.store(Bytes.pattern(401), in: archive) }
            _ = try await ArchiveContract.store(Bytes.pattern(400), in: archive)
        }
    }

    @Test func isGivenBackByWhatIsNotKept() async throws {
        let faults = Faults()
        try await withArchive(
            {
                $0.quotaBytes = 500_000; $0.preparedFiles = 0
            }, system: faults.system
        ) { archive, _ in
            let abandoned = try await archive.begin(limit: 500_000)
            try await abandoned.write(ByteBuffer(bytes: Bytes.pattern(500_000)))
            await abandoned.abandon()
            faults.fail(.sync, EIO)
            await #expect(throws: ArchiveError.self) { try await ArchiveContract.store(Bytes.pattern(500_000), in: archive) }
            faults.fail(.write, EIO)
            await #expect(throws: ArchiveError.self) { try await ArchiveContract.store(Bytes.pattern(500_000), in: archive) }
            await #expect(throws: ArchiveError.self) { try await ArchiveContract.store(Bytes.pattern(2), in: archive, limit: 1) }
            faults.reset()
            _ = try await ArchiveContract.store(Bytes.pattern(500_000), in: archive)
        }
    }

    @Test func countsWhatIsThereAtTheStart() async throws {
        try await withDirectory { path in
            let stored = try await withArchive(in: path) { try await ArchiveContract.store(Bytes.pattern(700), in: $0) }
            try await withArchive(in: path, { $0.quotaBytes = 1000 }) { archive in
                await #expect(throws: ArchiveError.full) { try await ArchiveContract.store(Bytes.pattern(301), in: archive) }
                try await archive.remove(stored.id)
                _ = try await ArchiveContract.store(Bytes.pattern(1000), in: archive)
            }
        }
    }

    /// A command stores and removes in the data directory of a running server.
    @Test func isCountedAnewForWhatAnotherProcessDid() async throws {
        try await withDirectory { path in
            try await withArchive(in: path, { $0.quotaBytes = 1000 }) { server in
                try await withArchive(in: path) { command in
                    let own = try await ArchiveContract.store(Bytes.pattern(100), in: server)
                    let first = try await ArchiveContract.store(Bytes.pattern(400), in: command)
                    let second = try await ArchiveContract.store(Bytes.pattern(300), in: command)
                    #expect(server.room.used == 100)
                    try await server.recount()
                    #expect(server.room.used == 800)
                    await #expect(throws: ArchiveError.full) { try await ArchiveContract.store(Bytes.pattern(201), in: server) }

                    try await command.remove(second.id)
                    try await server.recount()
                    #expect(server.room.used == 500)
                    // What the other stored and this one removes.
                    try await server.remove(first.id)
                    try await command.remove(own.id)
                    try await server.recount()
                    #expect(server.room.used == 0)
                    _ = try await ArchiveContract.store(Bytes.pattern(1000), in: server)
                    try await server.recount()
                    #expect(server.room.used == 1000)
                }
            }
        }
    }

    @Test func keepsWhatIsBeingWrittenWhenItIsCountedAnew() async throws {
        try await withDirectory { path in
            try await withArchive(in: path, { $0.quotaBytes = 1_000_000 }) { server in
                try await withArchive(in: path) { command in
                    // One in memory, one with a part on disk, one finished and not let go, one that another process writes.
                    let writers = [try await server.begin(limit: 1000), try await server.begin(limit: 400_000), try await server.begin(limit: 5000)]
                    for (writer, count) in zip(writers, [1000, 400_000, 5000]) { try await writer.write(ByteBuffer(bytes: Bytes.pattern(count))) }
                    let finished = try await writers[2].finish()
                    let other = try await command.begin(limit: 70_000)
                    try await other.write(ByteBuffer(bytes: Bytes.pattern(70_000)))
                    let theirs = try await other.finish()
                    try await server.recount()
                    #expect(server.room.used == 406_000)

                    for writer in writers { await writer.abandon() }
                    await other.abandon()
                    #expect(server.room.used == 5000)
                    try await server.recount()
                    #expect(server.room.used == 75_000)
                    #expect(try await ArchiveContract.listing(of: server) == [finished.id: 5000, theirs.id: 70_000])
                }
            }
        }
    }

    @Test func isRightInTheEndHoweverOftenItWasCountedMeanwhile() async throws {
        try await withDirectory { path in
            try await withArchive(in: path, { $0.quotaBytes = 10_000_000 }) { server in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for worker in 0..<8 {
                        group.addTask {
                            for round in 0..<40 {
                                let stored = try await ArchiveContract.store(Bytes.pattern(100 + worker), in: server)
                                if round % 2 == 0 { try await server.remove(stored.id) }
                            }
                        }
                    }
                    group.addTask { for _ in 0..<10 { try await server.recount() } }
                    try await group.waitForAll()
                }
                let listed = try await ArchiveContract.listing(of: server).values.reduce(0, +)
                #expect(server.room.used == listed)
                #expect(listed == (0..<8).reduce(0) { $0 + 20 * (100 + $1) })
            }
        }
    }

    @Test func holdsAgainstManyAtOnce() async throws {
        try await withArchive({ $0.quotaBytes = 100_000 }) { archive, _ in
            let kept = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<64 {
                    group.addTask { (try? await ArchiveContract.store(Bytes.pattern(9000), in: archive)) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            // A refused writer gives its share back only after others were refused, so fewer may fit.
            #expect((1...11).contains(kept))
            let listed = try await ArchiveContract.listing(of: archive)
            #expect(listed.count == kept)
            for _ in kept..<11 { _ = try await ArchiveContract.store(Bytes.pattern(9000), in: archive) }
            await #expect(throws: ArchiveError.full) { try await ArchiveContract.store(Bytes.pattern(9000), in: archive) }
        }
    }
}
