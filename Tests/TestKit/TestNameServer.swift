import Foundation

/// A name server on the loopback interface, over UDP: written from RFC 1035 and RFC 2782, with what a test tells it to know.
public final class TestNameServer: Sendable {
    public enum Record: Sendable {
        case four(String)
        case six([UInt8])
        case service(priority: Int, weight: Int, port: Int, host: String)
        /// The name is another's.
        case alias(String)

        var type: Int {
            switch self {
            case .four: 1
            case .alias: 5
            case .six: 28
            case .service: 33
            }
        }
    }

    private let records: Locked<[String: [Record]]>
    private let asked = Locked<[String]>([])
    private let socket: Locked<DatagramSocket?>

    /// - Parameter records: by names in lower case, without a dot at the end.
    public init(_ records: [String: [Record]]) throws {
        let known = Locked(records), asked = asked, socket = Locked<DatagramSocket?>(nil)
        self.records = known
        self.socket = socket
        let open = try DatagramSocket { received in
            guard let answer = Self.answer(received.bytes, known.withLockedValue { $0 }, asked) else { return }
            socket.withLockedValue { $0 }?.send(answer, to: received.port)
        }
        socket.withLockedValue { $0 = open }
    }

    public func close() { socket.withLockedValue { $0 }?.close() }

    public var port: Int { socket.withLockedValue { $0?.port } ?? 0 }
    /// What was asked, as `33 _sip._udp.pbx.example`.
    public var questions: [String] { asked.withLockedValue { $0 } }

    public func set(_ name: String, _ found: [Record]) { records.withLockedValue { $0[name] = found } }

    private static func answer(_ query: [UInt8], _ known: [String: [Record]], _ asked: Locked<[String]>) -> [UInt8]? {
        guard query.count > 12 else { return nil }
        var labels: [String] = [], place = 12
        while place < query.count, query[place] > 0 {
            let length = Int(query[place])
            guard place + length < query.count else { return nil }
            labels.append(String(decoding: query[(place + 1)...(place + length)], as: UTF8.self).lowercased())
            place += length + 1
        }
        guard place + 4 < query.count else { return nil }
        let name = labels.joined(separator: "."), type = Int(query[place + 1]) << 8 | Int(query[place + 2])
        asked.withLockedValue { $0.append("\(type) \(name)") }
        let all = known[name]
        var answers: [(String, Record)] = (all ?? []).filter { $0.type == type }.map { (name, $0) }
        if case .alias(let other)? = all?.first(where: { $0.type == 5 }) {
            answers = [(name, .alias(other))] + (known[other] ?? []).filter { $0.type == type }.map { (other, $0) }
        }
        // A response that is recursive; a name that nobody has is told so.
        let head = Array(query[0..<2]) + [0x81, all == nil ? 0x83 : 0x80, 0, 1] + word(answers.count) + [0, 0, 0, 0]
        return head + query[12..<(place + 5)] + answers.flatMap { encode($0.0, $0.1) }
    }

    private static func encode(_ owner: String, _ record: Record) -> [UInt8] {
        let data: [UInt8] =
            switch record {
            case .four(let text): text.split(separator: ".").compactMap { UInt8($0) }
            case .six(let bytes): bytes
            case .alias(let other): encode(other)
            case .service(let priority, let weight, let port, let host): word(priority) + word(weight) + word(port) + encode(host)
            }
        return encode(owner) + word(record.type) + [0, 1, 0, 0, 0, 60] + word(data.count) + data
    }

    private static func encode(_ name: String) -> [UInt8] {
        name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    private static func word(_ value: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)] }
}
