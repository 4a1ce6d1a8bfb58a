import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization
import TestKit
import Voicemail

/// Has everything happen to mailboxes of its own that their people are told of, and remembers what was acknowledged: `NEW 10001`, ….
final class NoticeWorker: Sendable {
    struct World: Sendable {
        let account: String
        let token: String
        let accessToken: String
        let greeting: String
    }

    /// A request got no answer, or none that says it was done: the server is gone.
    private struct Unanswered: Error {}

    private let told = Mutex<Set<String>>([])

    var acknowledged: Set<String> { told.withLock { $0 } }

    private func add(_ word: String, _ number: Int) { told.withLock { _ = $0.insert("\(word) \(number)") } }

    /// Works until the server stops answering. Every other mailbox deletes what was mailed.
    func work(from first: Int, _ world: World, port: Int) async {
        do {
            for number in first... { try await happen(to: number, deletesWhatIsTold: number % 2 == 1, world, "http://127.0.0.1:\(port)") }
        } catch {}
    }

    private func happen(to number: Int, deletesWhatIsTold: Bool, _ world: World, _ root: String) async throws {
        let boxes = "\(root)/v2/accounts/\(world.account)/vmboxes", kazoo = ["X-Auth-Token": world.token, "Content-Type": "application/json"]
        func asJSON(_ data: JSONObject) -> String { JSON.object(["data": .object(data)]).encoded }
        let made = try await send(
            "PUT", boxes,
            asJSON([
                "mailbox": .string("\(number)"), "name": "Box", "pin": "482915", "max_message_count": 2,
                "notify_email_addresses": [.string("box\(number)@example.com")],
                "delete_after_notify": .bool(deletesWhatIsTold),
            ]), kazoo)
        guard let id = made.json["data"]?["id"]?.string else { throw Unanswered() }
        // The one place that leaves little room.
        let left = try await send(
            "POST", "\(root)/openapi/v1.0/vm/create?access_token=\(world.accessToken)",
            JSON.object(["vm_from_number": "2001", "vm_to_number": .string("\(number)")]).encoded, ["Content-Type": "application/json"])
        guard left.json["errcode"] == 0 else { throw Unanswered() }
        add("NEARLY", number)
        if deletesWhatIsTold {
            add("NEW", number)
            add("DELETED", number)
        } else {
            // Whoever was not told of it by now is told no more.
            let listed = try await send("GET", "\(boxes)/\(id)/messages", nil, kazoo)
            guard let message = listed.json["data"]?.array?.first?["media_id"]?.string else { throw Unanswered() }
            _ = try await send("DELETE", "\(boxes)/\(id)/messages/\(message)", nil, kazoo)
            add("DELETED", number)
        }
        _ = try await send("PATCH", "\(boxes)/\(id)", asJSON(["media": ["unavailable": .string(world.greeting)]]), kazoo)
        add("GREETING", number)
        try await guess(number, root)
    }

    /// One wrong PIN, which is all that the mailbox takes.
    private func guess(_ number: Int, _ root: String) async throws {
        let browser = ["X-Forwarded-For": "10.\(number / 65_536).\(number / 256 % 256).\(number % 256)"]
        let page = try await send("GET", "\(root)/login?with=pin", nil, browser)
        guard let word = page.text.firstMatch(of: /name="form" value="([0-9a-f]+)"/)?.1, let cookie = page.cookie else { throw Unanswered() }
        let form = "form=\(word)&account=Crash&user=\(number)&password=111111&with=pin"
        let headers = ["Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"].merging(browser) { $1 }
        let answer = try await send("POST", "\(root)/login", form, headers, expecting: 403...429)
        guard answer.text.contains("with") else { throw Unanswered() }
        add("LOCKED", number)
    }

    private struct Answer {
        let text: String
        let cookie: String?

        var json: JSON { (try? JSON.parse(Array(text.utf8))) ?? .null }
    }

    private func send(
        _ method: String, _ url: String, _ body: String?, _ headers: [String: String], expecting statuses: ClosedRange<Int> = 200...299
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await Self.client.execute(request, timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 16 << 20)
        // A server that is asked for what it cannot do is a fault of the test.
        guard statuses.contains(Int(response.status.code)) else { throw Unanswered() }
        return Answer(text: String(buffer: bytes), cookie: response.headers.first(name: "Set-Cookie").map { String($0.prefix { $0 != ";" }) })
    }

    /// Gives up at once when nobody listens. Lives as long as the tests.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.redirectConfiguration = .disallow
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}
