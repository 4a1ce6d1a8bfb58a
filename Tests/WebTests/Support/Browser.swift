import Foundation
import TestKit
import Testing
import Voicemail

/// A browser as far as the page needs one: it keeps cookies, follows no redirect by itself, and posts the forms that it was shown.
actor Browser {
    private let server: TestServer
    private let headers: [(String, String)]
    private(set) var cookies: [String: String] = [:]
    /// What it was sent last, to see the attributes of cookies.
    private(set) var setCookies: [String] = []

    init(_ server: TestServer, language: String? = nil, agent: String? = nil) {
        self.server = server
        headers = (language.map { [("Accept-Language", $0)] } ?? []) + (agent.map { [("User-Agent", $0)] } ?? [])
    }

    func get(_ path: String, method: String = "GET", _ more: KeyValuePairs<String, String> = [:]) async throws -> Answer {
        try await send(method, path, more.map { ($0.key, $0.value) }, nil)
    }

    /// Sends fields as a form does; each may occur again.
    func post(_ path: String, _ fields: [(String, String)], type: String = "application/x-www-form-urlencoded") async throws -> Answer {
        let body = fields.map { Self.encode($0.0) + "=" + Self.encode($0.1) }.joined(separator: "&")
        return try await send("POST", path, [("Content-Type", type)], Array(body.utf8))
    }

    func post(_ path: String, body: [UInt8], type: String) async throws -> Answer { try await send("POST", path, [("Content-Type", type)], body) }

    /// What it sends.
    var cookieField: String { cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }

    func setCookie(_ name: String, _ value: String?) { cookies[name] = value }

    private func send(_ method: String, _ path: String, _ more: [(String, String)], _ body: [UInt8]?) async throws -> Answer {
        var all = headers + more
        if !cookies.isEmpty { all.append(("Cookie", cookieField)) }
        let answer = try await RawRequest.send(method, path, all, body, to: server)
        setCookies = answer.headers.filter { $0.name.lowercased() == "set-cookie" }.map(\.value)
        for cookie in setCookies {
            let pair = cookie.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let isTaken = pair.count < 2 || pair[1].isEmpty || cookie.contains("Max-Age=0")
            cookies[String(pair[0])] = isTaken ? nil : String(pair[1])
        }
        return answer
    }

    /// Logs in by the form.
    /// - Returns: the answer to the form.
    @discardableResult
    func logIn(
        account: String = "Acme", user: String = TestWorld.username, password: String = TestWorld.password, with proof: String? = nil, at root: String = "/",
        to: String = ""
    ) async throws -> Answer {
        let page = try await get(root + "login" + (proof.map { "?with=" + $0 } ?? ""))
        return try await post(
            root + "login",
            [
                ("form", try #require(page.field("form"))), ("to", to), ("with", page.field("with") ?? ""), ("account", account), ("user", user),
                ("password", password),
            ])
    }

    private static func encode(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "" }
}

/// Sends headers as they are, several of one name among them.
enum RawRequest {
    static func send(_ method: String, _ path: String, _ headers: [(String, String)], _ body: [UInt8]?, to server: TestServer) async throws -> Answer {
        let all = headers + [("Host", "127.0.0.1"), ("Connection", "close")] + (body.map { [("Content-Length", String($0.count))] } ?? [])
        let head = "\(method) \(path) HTTP/1.1\r\n" + all.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n"
        let bytes = try await server.exchange(Array(head.utf8) + (body ?? []), finishing: false)
        let cut = try #require(bytes.firstRange(of: Array("\r\n\r\n".utf8)))
        let lines = String(decoding: bytes[..<cut.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let status = try #require(lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) })
        let fields = lines.dropFirst().map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (name: String(line[..<colon]), value: line[colon...].dropFirst().trimmingCharacters(in: .whitespaces))
        }
        return Answer(status: status, headers: fields, bytes: Array(bytes[cut.upperBound...]))
    }
}

extension Answer {
    /// The value of the first hidden field of a name.
    func field(_ name: String) -> String? {
        let start = "<input type=\"hidden\" name=\"\(name)\" value=\""
        guard let range = text.range(of: start) else { return nil }
        return String(text[range.upperBound...].prefix { $0 != "\"" })
    }

    /// What is between tags, each piece trimmed; nothing of the head.
    var shown: [String] {
        let body = text.components(separatedBy: "<body>").dropFirst().joined()
        return body.split(separator: /<[^>]*>/).map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }.map(Self.unescaped)
    }

    static func unescaped(_ text: String) -> String {
        // Scalar by scalar: an accent may follow.
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")].reduce(text) {
            $0.replacingOccurrences(of: $1.0, with: $1.1, options: .literal)
        }
    }
}
