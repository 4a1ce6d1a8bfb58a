import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import TestKit
import Voicemail

/// One client that changes messages of two mailboxes of its own, one request after the other, and remembers what
/// it was told.
actor Writer {
    /// A request got no answer: the server is gone.
    struct Unanswered: Error {}

    private static let most = 10

    /// Gives up at once when nobody listens: the server has been killed. Lives as long as the tests.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    private let number: Int
    let account: String
    let boxes: [String]
    let token: String
    /// Where the servers are; requests take turns.
    private var ports: [Int] = []
    private var turns = 0
    private var ledger = Ledger()
    private var serial = 0
    private var random: SeededRandom
    private(set) var acknowledged = 0

    init(number: Int, account: String, boxes: [String], token: String, seed: UInt64) {
        self.number = number
        self.account = account
        self.boxes = boxes
        self.token = token
        random = SeededRandom(seed: seed &+ UInt64(number + 1) &* 7_919)
    }

    /// Works until a server stops answering.
    func work(port: Int) async throws { try await work(ports: [port]) }

    func work(ports: [Int]) async throws {
        self.ports = ports
        do {
            while true { try await step() }
        } catch is Unanswered {}
    }

    private var isStopped = false

    /// Ends what `workUntilStopped` does, between two requests.
    func stop() { isStopped = true }

    /// Works until it is stopped, or a request fails, whichever way: what became of it is found out by `check`.
    func workUntilStopped(ports: [Int]) async throws {
        self.ports = ports
        isStopped = false
        do {
            while !isStopped { try await step() }
        } catch is Unanswered {
        } catch let unexpected as Unexpected {
            // The interface's own words for a server that cannot.
            guard unexpected.answer.status >= 500, unexpected.answer.json["message"]?.string != nil else { throw unexpected }
        }
    }

    /// Reads everything back and compares.
    func check(port: Int) async throws -> [String] {
        ports = [port]
        var actual: [String: Expectation] = [:]
        var faults: [String] = []
        for (index, box) in boxes.enumerated() {
            let listed = try await send("GET", box + "/messages?paginate=false")
            for row in listed.json["data"]?.array ?? [] {
                guard let id = row["media_id"]?.string, let folder = row["folder"]?.string, let caller = row["caller_id_number"]?.string else {
                    faults.append("a row without its members: \(row.encoded)")
                    continue
                }
                let raw = try await send("GET", box + "/messages/" + id + "/raw")
                let sound = raw.status == 200 ? Sound.number(of: raw.bytes) : nil
                if raw.status == 200, sound == nil { faults.append("the sound of \(id) is damaged: \(raw.bytes.count) bytes") }
                actual[id] = Expectation(box: index, folder: folder, sound: sound, caller: caller)
            }
        }
        return faults + ledger.settle(with: actual)
    }

    /// One request. What is not known to have happened stays in the ledger as uncertain.
    private func step() async throws {
        let ids = ledger.messages.keys.sorted()
        guard ids.count >= 3, let id = ids.randomElement(using: &random), let message = ledger.messages[id] else { return try await create() }
        let path = boxes[message.box] + "/messages/" + id
        if ids.count >= Self.most { return try await delete(ids.filter { ledger.messages[$0]?.box == message.box }, in: message.box) }
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1, 2: try await create()
        case 3:
            serial += 1
            let bytes = Sound.bytes(number, serial)
            let sound = Sound.key(number, serial)
            ledger.uncertain = .attached(id, sound: sound)
            try await acknowledge(201, try await send("PUT", path + "/raw", type: "audio/wav", bytes))
            ledger.messages[id]?.sound = sound
        case 4:
            let folder = ["new", "saved", "deleted"].randomElement(using: &random) ?? "new"
            let all = ids.filter { ledger.messages[$0]?.box == message.box }
            ledger.uncertain = .filed(all, folder: folder)
            let body: JSON = ["data": ["folder": .string(folder), "messages": JSON(all)]]
            try await acknowledge(200, try await send("POST", boxes[message.box] + "/messages", type: "application/json", Array(body.encoded.utf8)))
            for id in all { ledger.messages[id]?.folder = folder }
        case 5, 6: try await carry(id, message, path, copies: false)
        case 7, 8: try await carry(id, message, path, copies: true)
        default: try await delete([id], in: message.box)
        }
        ledger.uncertain = .nothing
    }

    private func create() async throws {
        serial += 1
        let box = Int.random(in: 0...1, using: &random)
        let bytes = Sound.bytes(number, serial), caller = "w\(number)-\(serial)"
        let metadata = #"{"data":{"caller_id_number":"\#(caller)"}}"#
        var expected = Expectation(box: box, folder: "new", sound: Sound.key(number, serial), caller: caller)
        let answer: Answered
        switch Int.random(in: 0...2, using: &random) {
        case 0:
            expected.caller = "anonymous"
            ledger.uncertain = .created(expected)
            answer = try await send("PUT", boxes[box] + "/messages", type: "audio/wav", bytes)
        case 1:
            ledger.uncertain = .created(expected)
            let body =
                Array("--b\r\nContent-Type: application/json\r\n\r\n\(metadata)\r\n--b\r\nContent-Type: audio/wav\r\n\r\n".utf8) + bytes
                + Array("\r\n--b--\r\n".utf8)
            answer = try await send("PUT", boxes[box] + "/messages", type: "multipart/mixed; boundary=b", body)
        default:
            expected.sound = nil
            ledger.uncertain = .created(expected)
            answer = try await send("PUT", boxes[box] + "/messages", type: "application/json", Array(metadata.utf8))
        }
        try await acknowledge(201, answer)
        if let id = answer.json["data"]?["media_id"]?.string { ledger.messages[id] = expected }
        ledger.uncertain = .nothing
    }

    private func carry(_ id: String, _ message: Expectation, _ path: String, copies: Bool) async throws {
        let other = 1 - message.box
        ledger.uncertain = copies ? .copied(id) : .moved(id)
        let source: JSON = copies ? JSON([boxes[other]]) : .string(boxes[other])
        let body: JSON = ["data": ["source_id": source]]
        let answer = try await send("POST", path, type: "application/json", Array(body.encoded.utf8))
        try await acknowledge(200, answer)
        let data = answer.json["data"]
        guard let made = copies ? data?["succeeded"]?.array?.first?.string : data?["media_id"]?.string else { throw Unexpected(answer: answer) }
        var moved = message
        moved.box = other
        moved.folder = "new"
        ledger.messages[made] = moved
        if !copies { ledger.messages.removeValue(forKey: id) }
    }

    private func delete(_ ids: [String], in box: Int) async throws {
        ledger.uncertain = .deleted(ids)
        let body: JSON = ["data": ["messages": JSON(ids)]]
        try await acknowledge(200, try await send("DELETE", boxes[box] + "/messages", type: "application/json", Array(body.encoded.utf8)))
        for id in ids { ledger.messages.removeValue(forKey: id) }
        ledger.uncertain = .nothing
    }

    struct Answered {
        let status: Int
        let bytes: [UInt8]
        var json: JSON { (try? JSON.parse(bytes)) ?? .null }
    }

    /// An answer that is neither success nor silence.
    struct Unexpected: Error, CustomStringConvertible {
        let answer: Answered
        var description: String { "\(answer.status): \(String(decoding: answer.bytes, as: UTF8.self))" }
    }

    private func acknowledge(_ status: Int, _ answer: Answered) async throws {
        guard answer.status == status else { throw Unexpected(answer: answer) }
        acknowledged += 1
    }

    private func send(_ method: String, _ path: String, type: String? = nil, _ body: [UInt8]? = nil) async throws -> Answered {
        turns += 1
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(ports[turns % ports.count])/v2/accounts/\(account)/vmboxes/\(path)")
        request.method = HTTPMethod(rawValue: method)
        request.headers.add(name: "X-Auth-Token", value: token)
        if let type { request.headers.add(name: "Content-Type", value: type) }
        if let body { request.body = .bytes(body, length: .known(Int64(body.count))) }
        do {
            let response = try await Self.client.execute(request, timeout: .seconds(60))
            let bytes = try await response.body.collect(upTo: 64 << 20)
            return Answered(status: Int(response.status.code), bytes: Array(bytes.readableBytesView))
        } catch {
            throw Unanswered()
        }
    }
}
