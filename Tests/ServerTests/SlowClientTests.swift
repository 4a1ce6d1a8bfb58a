import Foundation
import NIOCore
import TestKit
import Testing
import Voicemail

/// A hundred clients that take a byte now and then, or give one, against a server in a process of its own: it cuts all of them at the
/// configured time, serves the others meanwhile, and holds no more for them than a piece each.
@Suite struct SlowClientTests {
    private static let clients = 100
    /// Just below what a KAZOO upload may have.
    private static let size = 7_900_000
    /// Bytes the process may have held more than before they came; whole downloads would be 790 MB.
    private static let growth = 192 << 20
    private static let environment = [
        // Longer than those who are no slow clients may be held up on a machine that stands still for a while.
        "AFTERTONE_HTTP_DEADLINES_EXCHANGE_SECONDS": "10",
        // What the system takes into its buffers earns next to no time.
        "AFTERTONE_HTTP_DEADLINES_MINIMUM_BYTES_PER_SECOND": "100000000",
    ]

    private static let cuts = #"aftertone_http_connections_cut_total{reason="exchange"}"#

    enum Direction: CaseIterable { case reading, writing }

    @Test(arguments: Direction.allCases) func areCutAndHoldUpNobody(_ direction: Direction) async throws {
        try await TemporaryDirectory.run { directory in
            let data = directory.path + "/data"
            let place = try await Self.prepare(data)
            try await CommandLineProgram.running(["serve", "--data", data, "--listen", "127.0.0.1:0"], environment: Self.environment) { program in
                let server = RemoteServer(port: try #require(await program.port()))
                #expect(try await server.send("GET", place.small, token: place.token).status == 200)
                try "5".write(toFile: "/proc/\(program.id)/clear_refs", atomically: false, encoding: .utf8)
                let before = try program.memory("VmHWM")
                let areCut = Locked(false)
                try await withThrowingTaskGroup(of: Int.self) { slow in
                    for _ in 0..<Self.clients { slow.addTask { try await Self.crawl(direction, place, server.port, areCut) } }
                    // While they are there, and not only until they are gone.
                    try await Self.awaitConnections(Self.clients, server)
                    for _ in 0..<20 {
                        let sound = try await server.send("GET", place.small, token: place.token)
                        #expect(sound.status == 200 && sound.bytes.count == Sound.bytes(1, 1).count)
                        #expect(try await server.send("PUT", place.messages, token: place.token, data: ["caller_id_number": "1"]).status == 201)
                    }
                    for _ in 0..<6000 where try await Self.metric(Self.cuts, server) < Self.clients { try await Task.sleep(for: .milliseconds(20)) }
                    areCut.withLockedValue { $0 = true }
                    for try await received in slow { #expect(received < Self.size / 2) }
                }
                let cut = try await Self.metric(Self.cuts, server)
                #expect(cut == Self.clients)
                let peak = try program.memory("VmHWM")
                #expect(peak - before < Self.growth, "\(before >> 20) MiB before, \(peak >> 20) MiB at worst")
            }
        }
    }

    /// Asks, then moves single bytes until the server ends it.
    /// - Returns: how many came.
    private static func crawl(_ direction: Direction, _ place: Place, _ port: Int, _ areCut: Locked<Bool>) async throws -> Int {
        // A small window, so that what is not read stays with the server.
        try await RawConnection.run(port: port, receiveBuffer: 4096) { connection in
            var received = 0
            do {
                switch direction {
                case .reading:
                    try await connection.write(Array("GET \(place.large)?auth_token=\(place.token) HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
                    // The first bytes, then nothing until the server has waited long enough.
                    received += try await connection.read()?.count ?? 0
                    while !areCut.withLockedValue(\.self) { try await Task.sleep(for: .milliseconds(50)) }
                    while let more = try await connection.read() { received += more.count }
                case .writing:
                    let head =
                        "PUT \(place.messages) HTTP/1.1\r\nHost: h\r\nX-Auth-Token: \(place.token)\r\n"
                        + "Content-Type: audio/wav\r\nContent-Length: \(size)\r\n\r\n"
                    try await connection.write(Array(head.utf8))
                    while true {
                        try await connection.write([0x55])
                        try await Task.sleep(for: .milliseconds(200))
                    }
                }
            } catch is IOError {
            } catch is ChannelError {
            }
            return received
        }
    }

    // MARK: What it needs

    private struct Place: Sendable {
        let messages: String
        let small: String
        let large: String
        let token: String
    }

    private static func prepare(_ data: String) async throws -> Place {
        try await TestServer.run(in: data, clock: ManualClock(SystemClock().now)) { server in
            let world = try await server.makeWorld()
            let small = try await server.leave(audio: Sound.bytes(1, 1), in: world.mailbox, of: world.account)
            let large = try await server.leave(audio: Array(repeating: 0x55, count: size), in: world.mailbox, of: world.account)
            let messages = world.boxPath + "/messages"
            return Place(messages: messages, small: "\(messages)/\(small.monthID)/raw", large: "\(messages)/\(large.monthID)/raw", token: world.token)
        }
    }

    private static func metric(_ name: String, _ server: RemoteServer) async throws -> Int {
        let line = try await server.send("GET", "/metrics").text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }

    /// Waits until so many have come. On a busy machine the first may be cut before the last one comes.
    private static func awaitConnections(_ count: Int, _ server: RemoteServer) async throws {
        while try await metric("aftertone_http_connections", server) + metric(cuts, server) < count { try await Task.sleep(for: .milliseconds(5)) }
    }
}
