import Foundation
import NIOCore
import Server
import TestKit
import Testing
import Voicemail
import YeastarPSeriesAPI

/// The files behind links (P§4, P§12).
@Suite struct LinkTests {
    private let sound = WAV.noise(bytes: 5000)

    private func link(_ world: PSeriesWorld, plays: Bool = false) async throws -> String {
        _ = try await world.upload("a.wav", sound)
        let answer = try await world.get("extension_vm_greeting/" + (plays ? "play" : "download"), ["extension": "3200", "file": "a.wav"])
        return try #require((answer["download_resource_url"] ?? answer["play_resource_url"])?.string)
    }

    @Test("A link is good for thirty minutes, as often as it is fetched, and not a second longer")
    func lifetime() async throws {
        try await PSeriesWorld.run { world in
            let url = try await link(world, plays: true)
            for _ in 0..<3 { #expect(try await world.server.send("GET", url).bytes == sound) }
            world.server.clock.advance(by: 1799)
            #expect(try await world.server.send("GET", url).bytes == sound)
            world.server.clock.advance(by: 1)
            let late = try await world.server.send("GET", url)
            #expect(late.status == 200 && late["Content-Type"] == "application/json")
            expect(late.json, is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
        }
    }

    @Test("An application that has as many links as it may is refused another, and keeps those that it has; others and later ones are not concerned")
    func most() async throws {
        try await PSeriesWorld.run({ $0.pSeries.mostLinks = 40 }) { (world: PSeriesWorld) async throws in
            _ = try await world.upload("a.wav", sound)
            let ask: KeyValuePairs = ["extension": "3200", "file": "a.wav"], refused: JSON = ["errcode": 60002, "errmsg": "MAX LIMITATION EXCEEDED"]
            var urls: [String] = []
            for number in 0..<40 {
                let answer = try await world.get("extension_vm_greeting/play", ask)
                urls.append(try #require(answer["play_resource_url"]?.string, "link \(number): \(answer)"))
            }
            for _ in 0..<3 { expect(try await world.get("extension_vm_greeting/play", ask), is: refused) }
            expect(try await world.get("extension_vm_greeting/download", ask), is: refused)
            for url in [urls[0], urls[39]] { #expect(try await world.server.send("GET", url).bytes == sound) }
            let living = try await world.service.store.read {
                try $0.countTickets(
                    credentialID: world.application.credential.id, kind: Ticket.Kind(rawValue: "p-series-link"), aliveAt: world.server.clock.now, limit: 99)
            }
            #expect(living == 40)
            // When their time is over.
            world.server.clock.advance(by: 1799)
            expect(try await world.get("extension_vm_greeting/play", ask), is: refused)
            world.server.clock.advance(by: 1)
            #expect(try await world.server.send("GET", urls[0]).json["errcode"] == 60001)
            let applications = Applications(world.service)
            let application = try await applications.logIn(world.application.credential.handle, secret: world.application.secret)
            let pair = try await applications.openPair(for: application, TokenRules())
            let path = PSeriesWorld.path("extension_vm_greeting/play", [("access_token", pair.access)] + ask.map { ($0.key, $0.value) })
            let again = try await world.raw("GET", path)
            #expect(again["errcode"] == 0)
        }
    }

    @Test("A download link needs a valid token, any of its account; revoking the one that asked for it does not end it")
    func tokens() async throws {
        try await PSeriesWorld.run { world in
            let url = try await link(world)
            for query in ["", "?access_token=", "?access_token=nonsense"] {
                let answer = try await world.server.send("GET", url + query)
                #expect(answer.status == 200)
                expect(answer.json, is: ["errcode": 10004, "errmsg": "TOKEN EXPIRED"])
            }
            let other = try await Applications(world.service).create(name: "other", in: world.account)
            let pair = try await Applications(world.service).openPair(
                for: Applications(world.service).logIn(other.credential.handle, secret: other.secret), TokenRules())
            #expect(try await world.get("del_token").code == 0)
            #expect(try await world.server.send("GET", url + "?access_token=" + world.token).json.code == 10004)
            #expect(try await world.server.send("GET", url + "?access_token=" + pair.access).bytes == sound)
            #expect(try await world.server.send("GET", url, headers: ["Authorization": "Bearer " + pair.access]).bytes == sound)
            let stranger = try await world.server.makeAccount("Stranger")
            let strange = try await Applications(world.service).create(name: "strange", in: stranger)
            let theirs = try await Applications(world.service).openPair(
                for: Applications(world.service).logIn(strange.credential.handle, secret: strange.secret), TokenRules())
            expect(try await world.server.send("GET", url + "?access_token=" + theirs.access).json, is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
        }
    }

    @Test("A link dies with what it leads to, and follows it when it is overwritten")
    func diesWithItsObject() async throws {
        try await PSeriesWorld.run { world in
            let url = try await link(world, plays: true)
            let other = WAV.noise(bytes: 3000, seed: 9)
            _ = try await world.upload("a.wav", other)
            #expect(try await world.server.send("GET", url).bytes == other)
            #expect(try await world.get("extension_vm_greeting/delete", ["extension": "3200", "file": "a.wav"]).code == 0)
            expect(try await world.server.send("GET", url).json, is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
            // A new one of the same name is another greeting.
            _ = try await world.upload("a.wav", sound)
            expect(try await world.server.send("GET", url).json, is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
        }
    }

    @Test("Whoever fetches what a link leads to must be allowed to ask for the link; a link ends with the application that did")
    func permissions() async throws {
        try await PSeriesWorld.run { world in
            func token(_ permissions: Set<ApplicationPermission>) async throws -> String {
                let issued = try await Applications(world.service).create(name: "other", permissions: permissions, in: world.account)
                return try await Applications(world.service).openPair(
                    for: Applications(world.service).logIn(issued.credential.handle, secret: issued.secret), TokenRules()
                ).access
            }
            _ = try await world.upload("a.wav", sound)
            let message = try await world.leave(), recording = try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2"))
            let lists = try await token([.recordings, .voicemail]), downloads = try await token([.downloadRecordings])
            let greeting = try await world.get("extension_vm_greeting/download", ["extension": "3200", "file": "a.wav"])
            let links = [
                (greeting, lists, downloads), (try await world.get("vm/download", ["msg_id": PSeriesWorld.id(message).string ?? ""]), lists, downloads),
                (try await world.get("recording/download", ["id": "\(recording.serial)"]), downloads, lists),
            ]
            for (answer, allowed, other) in links {
                let url = try #require(answer["download_resource_url"]?.string) + "?access_token="
                #expect(try await world.server.send("GET", url + allowed)["Content-Type"] == "audio/wav")
                expect(try await world.raw("GET", url + other), is: ["errcode": 10005, "errmsg": "ACCESS DENIED"])
            }
            let played = try await world.get("extension_vm_greeting/play", ["extension": "3200", "file": "a.wav"])
            let play = try #require(played["play_resource_url"]?.string), download = try #require(greeting["download_resource_url"]?.string)
            try await world.service.access.removeCredential(world.application.credential.id, in: world.account)
            expect(try await world.raw("GET", play), is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
            expect(try await world.raw("GET", download + "?access_token=" + lists), is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
        }
    }

    @Test("What the disk has lost a part of is a failure in JSON, before any byte of it is sent", .oneServer("it looks at the disk of a data directory"))
    func truncated() async throws {
        try await PSeriesWorld.run { world in
            _ = try await world.upload("a.wav", sound)
            let message = try await world.leave(), recording = try await world.record(RecordingDraft(callerNumber: "1", calleeNumber: "2"))
            let document = try await world.service.greetings.find("a.wav", on: .mailbox(world.extensions[0])).greeting
            let links = [
                (try await world.get("extension_vm_greeting/play", ["extension": "3200", "file": "a.wav"]), try #require(document.blobID)),
                (try await world.get("vm/download", ["msg_id": PSeriesWorld.id(message).string ?? ""]), try #require(message.audio?.blobID)),
                (try await world.get("recording/download", ["id": "\(recording.serial)"]), recording.audio.blobID),
            ]
            for (answer, blob) in links {
                let whole = try await world.fetch(answer)
                #expect(whole["Content-Type"] == "audio/wav")
                let files = FileManager.default.enumerator(atPath: world.server.directory)?.compactMap { $0 as? String } ?? []
                let path = try #require(files.first { $0.hasSuffix(blob.hex) || $0.hasSuffix(String(blob.hex.dropFirst(2))) })
                let handle = try #require(FileHandle(forUpdatingAtPath: world.server.directory + "/" + path))
                try handle.truncate(atOffset: 45)
                try handle.close()
                for method in ["GET", "HEAD"] {
                    let broken = try await world.fetch(answer, method: method)
                    #expect(broken.status == 200 && broken["Content-Type"] == "application/json")
                    if method == "GET" { expect(broken.json, is: ["errcode": -2, "errmsg": "INTERNAL SERVER ERROR"]) }
                }
            }
        }
    }

    @Test("HEAD tells what GET would; ranges are honoured")
    func headAndRanges() async throws {
        try await PSeriesWorld.run { world in
            let url = try await link(world, plays: true)
            let head = try await world.server.send("HEAD", url)
            #expect(head.status == 200 && head.bytes.isEmpty)
            #expect(head["Content-Length"] == "5000" && head["Content-Type"] == "audio/wav" && head["Accept-Ranges"] == "bytes")
            for (range, part) in [("bytes=0-0", 0..<1), ("bytes=4990-", 4990..<5000), ("bytes=-10", 4990..<5000), ("bytes=100-9999", 100..<5000)] {
                let answer = try await world.server.send("GET", url, headers: ["Range": range])
                #expect(answer.status == 206)
                #expect(answer.bytes == Array(sound[part]))
                #expect(answer["Content-Range"] == "bytes \(part.lowerBound)-\(part.upperBound - 1)/5000")
            }
            #expect(try await world.server.send("GET", url, headers: ["Range": "bytes=5000-"]).status == 416)
        }
    }

    @Test("Names are no paths and cannot be guessed; the other prefix leads to the same; methods other than GET and HEAD do not exist")
    func names() async throws {
        try await PSeriesWorld.run { world in
            let url = try await link(world, plays: true)
            let name = try #require(url.split(separator: "/").last)
            #expect(try await world.server.send("GET", "/api/downloadattachment/" + name).bytes == sound)
            #expect(try await world.server.send("GET", "//api/download/" + name).bytes == sound)
            let wrong = ["x.wav", "..%2f..%2fetc%2fpasswd", "../../etc/passwd", String(name.dropLast()), name.lowercased(), String(name) + "/x", "%00", ""]
            for path in wrong {
                let answer = try await world.server.send("GET", "/api/download/" + path)
                #expect(answer.status == 200)
                #expect([60001, 10001].contains(answer.json.code), "\(path)")
            }
            for method in ["POST", "DELETE", "PUT"] {
                expect(try await world.server.send(method, url).json, is: ["errcode": 10001, "errmsg": "INTERFACE NOT EXISTED"])
            }
            // A token of another kind is no link.
            expect(try await world.server.send("GET", "/api/download/" + world.token).json, is: ["errcode": 60001, "errmsg": "DATA NOT FOUND"])
        }
    }

    @Test("A link outlives a restart, and its name is not on the disk", .oneServer("it starts again over one data directory"))
    func restart() async throws {
        try await TemporaryDirectory.run { directory in
            let clock = ManualClock()
            let url = try await TestServer.run(in: directory.path + "/data", clock: clock) { server in
                let account = try await server.makeAccount("Acme")
                let mailbox = try await server.makeMailbox("3200", in: account)
                let intake = server.service.messages.receiveAudio()
                try await intake.write(.init(bytes: sound))
                let audio = try await intake.finish(contentType: "audio/wav", fileName: "a.wav", policy: .playableOnly)
                _ = try await server.service.greetings.put("a.wav", audio: audio, origin: .upload, on: .mailbox(mailbox))
                let issued = try await Applications(server.service).create(name: "crm", in: account)
                let pair = try await Applications(server.service).openPair(
                    for: Applications(server.service).logIn(issued.credential.handle, secret: issued.secret), TokenRules())
                let answer = try await server.send("GET", "/openapi/v1.0/extension_vm_greeting/play?access_token=\(pair.access)&extension=3200&file=a.wav")
                return try #require(answer.json["play_resource_url"]?.string)
            }
            let name = Data(url.dropFirst("/api/download/".count).utf8)
            for file in try #require(FileManager.default.enumerator(atPath: directory.path)).compactMap({ $0 as? String }) {
                #expect(FileManager.default.contents(atPath: directory.path + "/" + file)?.range(of: name) == nil)
            }
            try await TestServer.run(in: directory.path + "/data", clock: clock) { server in
                let answer = try await server.send("GET", url)
                #expect(answer.bytes == sound)
            }
        }
    }
}
