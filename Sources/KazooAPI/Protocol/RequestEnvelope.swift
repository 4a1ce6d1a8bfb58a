import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// A request body's envelope: the payload under `data` and what stands beside it (K§2.3).
struct RequestEnvelope: Sendable {
    /// The payload; empty when there was no body.
    var data: JSONObject = [:]
    /// The payload of an envelope whose `data` is a list, which holds no field.
    var list: [JSON]?
    /// The other keys, lower-case and with `_` for `-`.
    var top: JSONObject = [:]

    var isEmpty: Bool { data.isEmpty && list == nil && top.isEmpty }

    init() {}

    /// Bytes that should be an envelope. Empty ones are an empty envelope.
    /// - Parameter acceptsBare: take a bare object without `data` as the payload, as for a multipart message (K§7.3).
    init(parsing bytes: ByteBuffer, acceptsBare: Bool = false) throws(KazooFailure) {
        guard bytes.readableBytesView.contains(where: { !Self.isBlank($0) }) else {
            self.init()
            return
        }
        let value: JSON
        do { value = try JSON.parse(bytes.readableBytesView) } catch {
            throw .invalid("json", "invalid", "All JSON must be valid", target: "body")
        }
        guard case .object(let members) = value else {
            throw .invalid("json", "invalid", "All JSON must be valid", target: "body")
        }
        try self.init(members, acceptsBare: acceptsBare)
    }

    private init(_ members: JSONObject, acceptsBare: Bool) throws(KazooFailure) {
        for (key, value) in members {
            let name = String(key.lowercased().map { $0 == "-" ? "_" : $0 })
            if name != "data" { top[name] = value }
        }
        switch members.first(where: { $0.key.lowercased() == "data" })?.value {
        case .object(let payload)?: data = payload
        // An array is let in and holds no field, as KAZOO does.
        case .array(let items)?: list = items
        case let other?: throw .invalid([Violation(["data"], .type(["object"]), value: other)])
        case nil where acceptsBare: data = members
        case nil: throw .invalid([Violation(["data"], .required, value: "data")])
        }
    }

    /// A body typed as a form. `curl -d '{"data":…}'` sends JSON under this type, and half of the vendor's samples do.
    init(form bytes: ByteBuffer) throws(KazooFailure) {
        let first = bytes.readableBytesView.first { !Self.isBlank($0) }
        if first == nil || first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            try self.init(parsing: bytes)
            return
        }
        guard let form = try? Query(parsing: String(buffer: bytes)) else { throw .parseError() }
        self.init()
        for item in form.items { data[item.name] = .string(item.value) }
        top = data
    }

    /// The method in force: a POST may say which one it stands for (K§2.8).
    func method(of request: FrontRequest) throws(KazooFailure) -> HTTPRequest.Method {
        guard request.method == .post else { return request.method }
        guard let verb = data["verb"]?.string ?? request.query["verb"] ?? top["verb"]?.string else { return .post }
        guard let method = HTTPRequest.Method(verb.uppercased()) else { throw .wrongMethod }
        return method
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
