import Audio
import Foundation
import NIOCore
import Server
import SystemPackage
import TestKit
import Testing
import Voicemail

@testable import RecordingIntake

@Suite("Watched directories")
struct DirectoryIntakeTests {
    /// Runs `body` with a server that watches a directory for the account Acme, without waiting for files to settle longer than a look.
    private static func run(
        measuring: TestServer.Measuring = TestServer.Measuring(), _ configure: @Sendable (inout Configuration, String) -> Void = { _, _ in },
        _ body: @Sendable (IntakeWorld, _ directory: String, _ parent: String) async throws -> Void
    ) async throws {
        try await TemporaryDirectory.run { scratch in
            let directory = scratch.path + "/spool"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            try await TestServer.run(measuring: measuring) { configuration in
                configuration.recordings.watched = [WatchedDirectory(account: "Acme", path: directory)]
                configuration.recordings.watch.interval = .milliseconds(10)
                configuration.recordings.watch.settling = .zero
                configure(&configuration, scratch.path)
            } _: { (server: TestServer) async throws in
                try await body(try await IntakeWorld(server), directory, scratch.path)
            }
        }
    }

    private static func write(_ bytes: [UInt8], _ path: String) throws {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: path + ".tmp"))
        try FileManager.default.moveItem(atPath: path + ".tmp", toPath: path)
    }

    private static func names(in path: String) -> [String] {
        (FileManager.default.subpaths(atPath: path) ?? []).filter { (try? Data(contentsOf: URL(filePath: path + "/" + $0))) != nil }.sorted()
    }

    private static let vendor = "exten-101-106-20200505-042135-1588641695.1772.wav"

    @Test("A file that takes too long to measure is stored, and the one behind it too")
    func measuredLater() async throws {
        try await Self.run(measuring: .later) { world, directory, _ in
            try Self.write(try AudioSamples.tones([400], seconds: 2).encoded(as: .oggOpus), directory + "/exten-101-106-20200505-042135-1588641695.1.ogg")
            try Self.write(try Sounds.wav(), directory + "/exten-101-106-20200505-042136-1588641696.1.wav")
            try await until { try await world.recordings().map { $0.durationMilliseconds / 100 }.sorted() == [10, 20] }
            try await until { Self.names(in: directory).isEmpty }
        }
    }

    @Test("A recording as large as may be is taken, one byte more is put aside")
    func limit() async throws {
        try await Self.run {
            $0.limits.maximumRecordingBytes = 20_000
            $0.recordings.watch.refused = $1 + "/refused"
        } _: { world, directory, parent in
            let audio = try Sounds.wav()
            func padded(_ size: Int) -> [UInt8] { audio + [UInt8](repeating: 0, count: size - audio.count) }
            let larger = "exten-101-106-20200505-042135-1588641695.1.wav", largest = "exten-101-106-20200505-042136-1588641696.1.wav"
            try Self.write(padded(20_001), directory + "/" + larger)
            try await until { Self.names(in: parent + "/refused") == [larger] }
            #expect(try await world.recordings().isEmpty)
            try Self.write(padded(20_000), directory + "/" + largest)
            try await until { Self.names(in: directory).isEmpty }
            #expect(try await world.recordings().map(\.audio.size) == [20_000])
            #expect(Self.names(in: parent + "/refused") == [larger])
        }
    }

    @Test("A complete file is stored with what its name says, and deleted")
    func takes() async throws {
        try await Self.run { world, directory, _ in
            try Self.write(try Sounds.wav(), directory + "/2020/05/05/" + Self.vendor)
            try await until { try await world.recordings().count == 1 }
            let recording = try await world.recordings()[0]
            #expect(recording.name == Self.vendor)
            #expect(recording.callerNumber == "106" && recording.calleeNumber == "101")
            try await until { Self.names(in: directory).isEmpty }
        }
    }

    @Test("A file of no vendor's name is stored with the time it was written")
    func plainName() async throws {
        try await Self.run { world, directory, _ in
            let path = directory + "/meeting.wav"
            let written = Date(timeIntervalSince1970: 1_400_000_000)
            try Data(try Sounds.wav(seconds: 2)).write(to: URL(filePath: path + ".part"))
            try FileManager.default.setAttributes([.modificationDate: written], ofItemAtPath: path + ".part")
            try FileManager.default.moveItem(atPath: path + ".part", toPath: path)
            try await until { try await world.recordings().count == 1 }
            let recording = try await world.recordings()[0]
            #expect(recording.started == Timestamp(unix: 1_399_999_998))
            #expect(recording.source == "meeting.wav")
            #expect(recording.callerNumber == "" && recording.calleeNumber == "")
        }
    }

    @Test("Files that were taken are moved where the configuration says, under a name that is free there")
    func moves() async throws {
        try await Self.run({ $0.recordings.watch.done = $1 + "/spool/done" }) { world, directory, _ in
            let done = directory + "/done"
            try Self.write([1], done + "/a/call.wav")
            for number in 1...2 {
                let audio = try Sounds.wav(number)
                try Self.write(audio, directory + "/a/call.wav")
                try await until { try await world.recordings().count == number }
                try await until { FileManager.default.contents(atPath: done + "/a/call.wav.\(number)").map(Array.init) == audio }
                #expect(Self.names(in: directory).count == number + 1)
            }
            // The second has another sound under the same name: another recording.
            #expect(Set(try await world.recordings().map(\.name)).count == 2)
        }
    }

    @Test("The same file that comes again is the same recording")
    func comesAgain() async throws {
        try await Self.run { world, directory, _ in
            let audio = try Sounds.wav()
            for _ in 0..<2 {
                try Self.write(audio, directory + "/" + Self.vendor)
                try await until { Self.names(in: directory).isEmpty }
            }
            #expect(try await world.recordings().count == 1)
        }
    }

    @Test("What is no recording goes where refused files go, or stays, and is told once")
    func refuses() async throws {
        try await Self.run({ $0.recordings.watch.refused = $1 + "/refused" }) { world, directory, parent in
            try Self.write(Array("no sound".utf8), directory + "/x/notes.txt")
            try await until { Self.names(in: parent + "/refused") == ["x/notes.txt"] }
            #expect(try await world.recordings().isEmpty)
        }
        try await Self.run { world, directory, _ in
            try Self.write(Array("no sound".utf8), directory + "/notes.txt")
            try Self.write(try Sounds.wav(), directory + "/zz.wav")
            try await until { try await world.recordings().count == 1 }
            try await until { Self.names(in: directory) == ["notes.txt"] }
            let refused = #"aftertone_recordings_taken_total{way="directory",result="refused"} 1"#
            try await until { try await world.server.send("GET", "/metrics").text.contains(refused) }
        }
    }

    @Test("Names that are no UTF-8, of files and of directories, are taken, and read as Latin-1")
    func namesInLatin1() async throws {
        try await Self.run { world, directory, _ in
            func path(_ name: [UInt8]) -> [CChar] { (Array((directory + "/").utf8) + name + [0]).map { CChar(bitPattern: $0) } }
            #expect(mkdir(path([0xFC]), 0o700) == 0)
            // The same letters in UTF-8 are another file.
            let names = ["in-M\u{FC}ller-200-20261120-101010-1795169410.1.wav", "M\u{FC}l.wav"]
            let latin = names.map { Array($0.unicodeScalars.map { UInt8($0.value) }) }
            for (number, name) in [latin[0], [0xFC, UInt8(ascii: "/")] + latin[1], Array(names[1].utf8)].enumerated() {
                let file = open(path(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
                try FileHandle(fileDescriptor: file, closeOnDealloc: true).write(contentsOf: Data(try Sounds.wav(number)))
            }
            try await until { try await world.recordings().count == 3 }
            let taken = try await world.recordings()
            #expect(Set(taken.map(\.name)) == ["20261120101010-1795169410.1-200-M_ller-Inbound.wav", "M\u{FC}l.wav", "M\u{FC}l_2.wav"])
            #expect(taken.first { $0.callID == "1795169410.1" }.map { [$0.callerNumber, $0.calleeNumber, $0.source] } == ["200", "M\u{FC}ller", names[0]])
        }
    }

    @Test("Hidden and unfinished files, links and what is too deep are left alone")
    func leavesAlone() async throws {
        try await Self.run { world, directory, parent in
            let audio = try Sounds.wav()
            try Self.write(audio, parent + "/outside.wav")
            try FileManager.default.createSymbolicLink(atPath: directory + "/link.wav", withDestinationPath: parent + "/outside.wav")
            for name in [".hidden.wav", "a.wav.partial", "b.part", "1/2/3/4/deep.wav"] { try Self.write(audio, directory + "/" + name) }
            try Self.write(try Sounds.wav(2), directory + "/1/2/3/last.wav")
            try await until { try await world.recordings().count == 1 }
            #expect(try await world.recordings()[0].source == "last.wav")
            try await until { Self.names(in: directory) == [".hidden.wav", "1/2/3/4/deep.wav", "a.wav.partial", "b.part", "link.wav"] }
        }
    }
}

@Suite("When a file counts as complete")
struct WatchMemoryTests {
    private let start = ContinuousClock.now

    private func file(_ path: String) throws -> WatchedTree.File {
        try #require(try Self.tree(of: path).look().files.first { $0.place.string == (path as NSString).lastPathComponent })
    }

    private static func tree(of path: String) -> WatchedTree { WatchedTree(root: (path as NSString).deletingLastPathComponent, besides: []) }

    @Test("After it has stayed as it is for its time; a change begins that anew; once over with it is not looked at again")
    func settles() async throws {
        try await TemporaryDirectory.run { directory in
            let path = directory.path + "/a.wav"
            try Data([1]).write(to: URL(filePath: path))
            var memory = WatchMemory()
            let first = try file(path)
            #expect(memory.settled([first], for: .seconds(10), now: start).isEmpty)
            #expect(memory.settled([first], for: .seconds(10), now: start + .seconds(9)).isEmpty)
            try Data([1, 2]).write(to: URL(filePath: path))
            let second = try file(path)
            #expect(first != second)
            #expect(memory.settled([second], for: .seconds(10), now: start + .seconds(11)).isEmpty)
            #expect(memory.settled([second], for: .seconds(10), now: start + .seconds(20)).isEmpty)
            #expect(memory.settled([second], for: .seconds(10), now: start + .seconds(21)) == [second])
            #expect(memory.settled([second], for: .seconds(10), now: start + .seconds(22)) == [second])
            memory.dismiss(second)
            #expect(memory.settled([second], for: .seconds(10), now: start + .seconds(99)).isEmpty)
            #expect(memory.settled([], for: .seconds(10), now: start + .seconds(100)).isEmpty)
            #expect(memory.settled([second], for: .zero, now: start + .seconds(101)).isEmpty)
            #expect(memory.settled([second], for: .zero, now: start + .seconds(102)) == [second])
        }
    }

    @Test("A trouble is told once while it lasts, and again when it comes back")
    func tellsOnce() async throws {
        try await TemporaryDirectory.run { directory in
            for name in ["a.wav", "b.wav"] { try Data([1]).write(to: URL(filePath: directory.path + "/" + name)) }
            try tellsOnce(try ["a.wav", "b.wav"].map { try file(directory.path + "/" + $0) })
        }
    }

    private func tellsOnce(_ files: [WatchedTree.File]) throws {
        var memory = WatchMemory()
        _ = memory.settled(files, for: .zero, now: start)
        // Another reason is news, and so is an old one after it; the same one again is none.
        let told = [("full", 0), ("full", 1), ("full", 0), ("busy", 0), ("full", 0)].map { memory.isNews($0, of: files[$1]) }
        #expect(told == [true, true, false, true, true])
        // A file that has gone and come back is another.
        _ = memory.settled([files[1]], for: .zero, now: start)
        _ = memory.settled(files, for: .zero, now: start)
        let again = files.map { memory.isNews("full", of: $0) }
        #expect(again == [true, false])
    }

    @Test("A directory that cannot be read is told of once, and keeps nobody from what lies beside it")
    func unreadableDirectory() async throws {
        try await TemporaryDirectory.run { directory in
            let manager = FileManager.default, root = directory.path + "/spool"
            for name in ["open", "shut/inner"] {
                try manager.createDirectory(atPath: root + "/" + name, withIntermediateDirectories: true)
                try Data([1]).write(to: URL(filePath: root + "/" + name + "/a.wav"))
            }
            try manager.setAttributes([.posixPermissions: 0], ofItemAtPath: root + "/shut")
            let tree = WatchedTree(root: root, besides: [])
            let found = try withoutPrivilege { try tree.look() }
            #expect(found.files.map(\.label) == ["open/a.wav"])
            #expect(found.troubles == ["shut": .failed("cannot open the directory shut: Permission denied")])
            var memory = WatchMemory()
            let told = [memory.news(of: found.troubles), memory.news(of: found.troubles), memory.news(of: [:]), memory.news(of: found.troubles)]
            #expect(told.map(\.count) == [1, 0, 0, 1])
            try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: root + "/shut")
            let later = try tree.look()
            #expect(later.files.count == 2 && later.troubles.isEmpty)
        }
    }

    /// Runs `body` without the rights that the superuser has to every file; on Linux each thread has its own.
    private func withoutPrivilege<Value>(_ body: () throws -> Value) throws -> Value {
        #if os(Linux)
        typealias Change = @convention(c) (UInt32) -> Int32
        let change = unsafeBitCast(try #require(dlsym(nil, "setfsuid")), to: Change.self)
        let user = UInt32(bitPattern: change(65_534))
        defer { _ = change(user) }
        #endif
        return try body()
    }

    @Test("A file that grows while it is read is not what it was")
    func growsWhileRead() async throws {
        try await TemporaryDirectory.run { directory in
            let path = directory.path + "/a.wav"
            try Data(repeating: 7, count: 1000).write(to: URL(filePath: path))
            let found = try file(path)
            let open = try Self.tree(of: path).open(found)
            #expect(try open.read(upTo: 4096).readableBytes == 1000)
            #expect(open.isUnchanged())
            let writer = try #require(FileHandle(forWritingAtPath: path))
            try writer.seekToEnd()
            try writer.write(contentsOf: Data([8]))
            try writer.close()
            #expect(!open.isUnchanged())
            #expect(throws: WatchedFileError.changed) { try Self.tree(of: path).open(WatchedTree.File(place: "gone.wav", state: found.state)) }
        }
    }
}

/// Whoever fills a watched directory may be less trusted than the server that empties it.
@Suite("A link in the place of a directory")
struct WatchedLinkTests {
    /// A file that has been found in `spool/day`, which is a link to `outside` by now, where the same file lies as well.
    private func run(_ body: (WatchedTree, WatchedTree.File, TemporaryDirectory) throws -> Void) async throws {
        try await TemporaryDirectory.run { directory in
            let manager = FileManager.default, spool = directory.path + "/spool", outside = directory.path + "/outside"
            for path in [spool + "/day", outside] { try manager.createDirectory(atPath: path, withIntermediateDirectories: true) }
            try Data([1]).write(to: URL(filePath: spool + "/day/a.wav"))
            try manager.linkItem(atPath: spool + "/day/a.wav", toPath: outside + "/a.wav")
            let tree = WatchedTree(root: spool, besides: [])
            let file = try #require(try tree.look().files.first)
            try manager.removeItem(atPath: spool + "/day")
            try manager.createSymbolicLink(atPath: spool + "/day", withDestinationPath: outside)
            try body(tree, file, directory)
        }
    }

    @Test("Nothing is read, moved or deleted through it")
    func leadsNowhere() async throws {
        try await run { tree, file, directory in
            let found = try tree.look().files
            #expect(found.isEmpty)
            #expect(throws: WatchedFileError.self) { try tree.open(file) }
            #expect(throws: WatchedFileError.self) { try tree.delete(file) }
            #expect(throws: WatchedFileError.self) { try tree.move(file, to: directory.path + "/done") }
            #expect(FileManager.default.fileExists(atPath: directory.path + "/outside/a.wav"))
        }
    }

    @Test("Nothing is moved into it")
    func takesNothing() async throws {
        try await TemporaryDirectory.run { directory in
            let manager = FileManager.default, spool = directory.path + "/spool", done = spool + "/done", outside = directory.path + "/outside"
            for path in [spool + "/day", done, outside] { try manager.createDirectory(atPath: path, withIntermediateDirectories: true) }
            try Data([1]).write(to: URL(filePath: spool + "/day/a.wav"))
            try manager.createSymbolicLink(atPath: done + "/day", withDestinationPath: outside)
            let tree = WatchedTree(root: spool, besides: [done])
            let file = try #require(try tree.look().files.first)
            #expect(throws: WatchedFileError.self) { try tree.move(file, to: done) }
            #expect(manager.fileExists(atPath: spool + "/day/a.wav"))
            #expect(try manager.contentsOfDirectory(atPath: outside).isEmpty)
        }
    }
}
