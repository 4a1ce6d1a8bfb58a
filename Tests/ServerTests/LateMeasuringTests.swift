import Audio
import NIOCore
import Server
import TestKit
import Testing
import Voicemail

/// Audio whose length takes too long to find out is stored first and measured later.
@Suite struct LateMeasuringTests {
    private struct Box: Sendable {
        let service: VoicemailService
        let account: Account
        let mailbox: Mailbox

        init(_ installation: Installation) async throws {
            service = installation.service
            account = try await service.accounts.create(["name": "Acme"], below: nil, actsOnAllAccounts: false)
            mailbox = try await service.mailboxes.create(["name": "Box", "mailbox": "3000"], id: nil, in: account)
        }

        /// Leaves a message with two seconds of sound that has to be decoded.
        func leave(_ draft: MessageDraft = MessageDraft()) async throws -> Message {
            let intake = service.messages.receiveAudio(for: account.id)
            try await intake.write(ByteBuffer(bytes: try AudioSamples.tones([500], seconds: 2).encoded(as: .flac)))
            let audio = try await intake.finish(contentType: "audio/flac", fileName: "a.flac", policy: .keepAnything)
            #expect(audio.record.facts == nil && audio.record.unmeasured == "flac")
            return try await service.messages.deposit(draft, mailboxID: mailbox.id, in: account, audio: audio, from: .filing())
        }
    }

    private static func message(_ id: String, _ service: VoicemailService) async throws -> Message {
        try #require(try await service.store.read { try $0.message(id: id) })
    }

    @Test func aMessageGetsItsLengthUnlessItsSenderGaveOne() async throws {
        try await TemporaryDirectory.run { directory in
            try await TestServer.withoutServer(in: directory.path + "/data", measuring: .later) { installation in
                let box = try await Box(installation)
                let measured = try await box.leave(), given = try await box.leave(MessageDraft(lengthMilliseconds: 7000))
                #expect(measured.lengthMilliseconds == 1 && given.lengthMilliseconds == 7000)
                var failures: Set<BlobID> = []
                try await box.service.housekeeping.measureLeftovers(except: &failures)
                #expect(failures.isEmpty)
                let after = try await Self.message(measured.id, box.service)
                #expect(after.lengthMilliseconds == 2000 && after.revision == measured.revision + 1)
                #expect(try await Self.message(given.id, box.service).lengthMilliseconds == 7000)
                for message in [measured, given] {
                    let blob = try #require(message.audio).blobID
                    let record = try await box.service.store.read { try $0.blob(id: blob) }
                    #expect(record?.facts?.durationMilliseconds == 2000 && record?.unmeasured == nil)
                }
                #expect(try await box.service.store.read { try $0.unmeasuredBlobs(after: nil, limit: 10) }.isEmpty)
            }
        }
    }

    /// What is left to do stands in the store: a server that is started goes on with it.
    @Test func aRestartGoesOnWithIt() async throws {
        try await TemporaryDirectory.run { directory in
            let path = directory.path + "/data"
            let id = try await TestServer.withoutServer(in: path, measuring: .later) { try await Box($0).leave().id }
            try await TestServer.run(in: path) { (server: TestServer) async throws in
                while try await Self.message(id, server.service).lengthMilliseconds != 2000 { try await Task.sleep(for: .milliseconds(5)) }
            }
        }
    }

    @Test func whatCannotBeMeasuredHoldsUpNothingBehindIt() async throws {
        try await TemporaryDirectory.run { directory in
            try await TestServer.withoutServer(in: directory.path + "/data", measuring: .later) { installation in
                let box = try await Box(installation)
                var blobs: [BlobID] = []
                for _ in 0..<4 { blobs.append(try #require(try await box.leave().audio).blobID) }
                let first = try #require(blobs.min { $0.hex < $1.hex })
                try await box.service.archive.remove(first)
                var failures: Set<BlobID> = []
                try await box.service.housekeeping.measureLeftovers(except: &failures)
                #expect(failures == [first])
                #expect(try await box.service.store.read { try $0.unmeasuredBlobs(after: nil, limit: 10) }.map(\.blob.id) == [first])
                // It is not tried again by this run.
                try await box.service.housekeeping.measureLeftovers(except: &failures)
                #expect(failures == [first])
            }
        }
    }

    /// What takes long is put off, holds up nothing behind it, and is measured all the same.
    @Test func whatTakesLongIsMeasuredAtLeisure() async throws {
        try await TemporaryDirectory.run { directory in
            var measuring = TestServer.Measuring.later
            measuring.short = .zero
            try await TestServer.withoutServer(in: directory.path + "/data", measuring: measuring) { installation in
                let box = try await Box(installation)
                let left = try await box.leave(), gone = try await box.leave()
                var passedOver: Set<BlobID> = []
                var putOff: [BlobRecord] = []
                try await box.service.housekeeping.measureLeftovers(except: &passedOver) { putOff.append($0) }
                #expect(passedOver == Set([left, gone].compactMap { $0.audio?.blobID }) && Set(putOff.map(\.blob.id)) == passedOver)
                #expect(try await Self.message(left.id, box.service).lengthMilliseconds == 1)
                // Nobody is told twice of what waits already.
                try await box.service.housekeeping.measureLeftovers(except: &passedOver) { putOff.append($0) }
                #expect(putOff.count == 2)
                for record in putOff { try await box.service.housekeeping.measureAtLeisure(record) }
                for message in [left, gone] { #expect(try await Self.message(message.id, box.service).lengthMilliseconds == 2000) }
                #expect(try await box.service.store.read { try $0.unmeasuredBlobs(after: nil, limit: 10) }.isEmpty)
            }
        }
    }

    /// Over KAZOO's interface: whose length is known is not waited for, whatever the decoders do; and the length shows once it is known.
    @Test func aDepositDoesNotWait() async throws {
        try await TestServer.run(measuring: .later) { (server: TestServer) async throws in
            let world = try await server.makeWorld()
            let sound = try AudioSamples.tones([500], seconds: 2).encoded(as: .mp3)
            let answer = try await server.send(
                "PUT", world.boxPath + "/messages", headers: ["Content-Type": "audio/mp3"], token: world.token, body: sound)
            #expect(answer.status == 201)
            let id = try #require(answer.data["media_id"]?.string)
            while true {
                let shown = try await server.send("GET", world.boxPath + "/messages/" + id, token: world.token)
                if (1990...2200).contains(shown.data["length"]?.int ?? 0) { break }
                #expect(shown.data["length"]?.int == 1)
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }
}
