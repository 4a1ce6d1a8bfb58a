import HTTPTypes
import Logging
import NIOCore
import Testing

@testable import HTTPFront

@Suite struct WritingTests {
    static let hostile = ["a\r\nX: y", "a\"b", "a;b=c", "..\\..\\x", "/etc/passwd", "\u{202E}3pm.exe", "n\u{0}l", "100%.mp3", "Zoë 📞.mp3", "", "'", "a b"]

    @Test(arguments: hostile)
    func aHostileNameStaysInsideItsHeader(_ name: String) throws {
        for value in [ContentDisposition.attachment(name), ContentDisposition.inline(name), ContentDisposition.plainAttachment(name)] {
            #expect(value.utf8.allSatisfy { (0x20...0x7E).contains($0) })
            #expect(HTTPField.isValidValue(value))
        }
        var unquoted = ContentDisposition.plainAttachment(name).dropFirst("attachment; filename=".count)
        if !HTTPToken.isToken(unquoted) {
            #expect(unquoted.first == "\"" && unquoted.last == "\"")
            unquoted = unquoted.dropFirst().dropLast()
        }
        #expect(!unquoted.isEmpty && !unquoted.contains { " ;\"\\/,=".contains($0) })
        let quoted = ContentDisposition.attachment(name)
        #expect(quoted.filter { $0 == "\"" }.count == 2)
        let back = Disposition(parsing: quoted)
        #expect(back.parameters.items.map(\.name) == (back.parameters["filename*"] == nil ? ["filename"] : ["filename", "filename*"]))
    }

    @Test func namesSurviveWhereTheyCan() {
        #expect(ContentDisposition.attachment("a b.mp3") == #"attachment; filename="a b.mp3""#)
        #expect(
            ContentDisposition.attachment("Zoë.mp3") == #"attachment; filename="Zo_.mp3"; filename*=UTF-8''Zo%C3%AB.mp3"#)
        #expect(Disposition(parsing: ContentDisposition.attachment("Zoë \"x\" 📞.mp3")).filename == "Zoë \"x\" 📞.mp3")
        #expect(
            ContentDisposition.plainAttachment("1001_2016-05-10_01:18:42.mp3") == #"attachment; filename="1001_2016-05-10_01:18:42.mp3""#)
        #expect(ContentDisposition.plainAttachment("+353 1.mp3") == "attachment; filename=+353_1.mp3")
    }

    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""), (" a", "\" a\""), ("", ""),
        ("=1+1", "'=1+1"), ("+353", "+353"), ("+", "'+"), ("+1+1", "'+1+1"), ("+1 ", "\"'+1 \""), ("-5", "'-5"), ("@x", "'@x"), ("\tx", "\"'\tx\""),
        ("=a,b", "\"'=a,b\""), ("a=1", "a=1"), ("Zoë", "Zoë"),
    ])
    func aFieldIsQuotedAndGuarded(_ field: String, _ written: String) {
        var csv = CSVWriter()
        csv.write([field, "x"])
        #expect(String(buffer: csv.buffer) == written + ",x\r\n")
    }

    @Test func formulasStayWhereTheReaderIsAProgram() {
        var csv = CSVWriter(guardsFormulas: false)
        csv.write(["=1", "+2"])
        #expect(String(buffer: csv.buffer) == "=1,+2\r\n")
    }

    private static func request(_ headers: RequestHeaders, isUnread: Bool = false) -> FrontRequest {
        FrontRequest(id: "r", method: .get, path: "/", segments: [], headers: headers, isUnread: isUnread, logger: Logger(label: "test"))
    }

    @Test func whoMayBeAPageIsLetReadWhyItIsRefused() {
        #expect(CORS.headers(for: Self.request([:], isUnread: true), methods: [])?[.accessControlAllowOrigin] == "*")
        var response = FrontResponse(status: .badRequest)
        CORS.open(&response, for: Self.request([:], isUnread: true), methods: "GET")
        #expect(response.headers[.accessControlAllowOrigin] == "*")
    }

    @Test func corsAnswersOnlyBrowsersFromElsewhere() {
        #expect(CORS.headers(for: Self.request([.accept: "*/*"]), methods: [.get]) == nil)
        let headers = CORS.headers(for: Self.request([.origin: "https://x.example"]), methods: [.get, .put])
        #expect(headers?[.accessControlAllowOrigin] == "*")
        #expect(headers?[.accessControlAllowMethods] == "OPTIONS, GET, PUT")
        #expect(headers?[.accessControlMaxAge] == "86400")
        #expect(headers?[.accessControlExposeHeaders] == "content-type, x-auth-token, x-request-id, x-kazoo-cluster-id, location, etag")
        #expect(
            headers?[.accessControlAllowHeaders]
                == "content-type, depth, user-agent, x-http-method-override, x-file-size, x-requested-with, if-modified-since, x-file-name, cache-control, x-auth-token, x-kazoo-cluster-id, if-match, range, authorization"
        )
    }

    @Test func anOpenAnswerTellsAPreflightWhatItMaySend() {
        func opened(_ request: RequestHeaders) -> HTTPFields {
            var response = FrontResponse(status: .ok)
            CORS.open(&response, for: Self.request(request), methods: "GET")
            return response.headers
        }
        #expect(opened([.accept: "*/*"]) == [:])
        let read = opened([.origin: "https://x.example"])
        #expect(read[.accessControlAllowOrigin] == "*" && read[.accessControlAllowHeaders] == nil)
        let asked = opened([.origin: "https://x.example", .accessControlRequestMethod: "POST", .accessControlRequestHeaders: "content-type"])
        #expect(asked[.accessControlAllowOrigin] == "*" && asked[.accessControlAllowMethods] == "GET" && asked[.accessControlMaxAge] == "86400")
        #expect(asked[.accessControlAllowHeaders] == "authorization, content-type, range, x-requested-with")
    }

    @Test func corsEchoesTheMethodAskedFor() {
        let asked: RequestHeaders = [.accessControlRequestMethod: "PATCH"]
        #expect(CORS.headers(for: Self.request(asked), methods: [.get])?[.accessControlAllowMethods] == "OPTIONS, GET, PATCH")
        let known: RequestHeaders = [.accessControlRequestMethod: "GET", .accessControlRequestHeaders: "x"]
        #expect(CORS.headers(for: Self.request(known), methods: [.get])?[.accessControlAllowMethods] == "OPTIONS, GET")
        let forged: RequestHeaders = [.accessControlRequestMethod: "X, EVIL"]
        #expect(CORS.headers(for: Self.request(forged), methods: [.get])?[.accessControlAllowMethods] == "OPTIONS, GET")
    }
}

@Suite struct EntryNamesTests {
    @Test(arguments: [
        ("1001_2016-05-10_01:18:42.mp3", "1001_2016-05-10_01:18:42.mp3"), ("../../etc/passwd", "_.._etc_passwd"), ("/abs", "_abs"),
        ("C:\\x.wav", "C__x.wav"), ("c:x.wav", "c_x.wav"), (".hidden", "hidden"), ("...", "file"), ("", "file"), (" a ", "a"), ("a\u{0}b\r\n.mp3", "ab.mp3"),
        ("a<b>|c?*\".wav", "a_b__c___.wav"), ("NUL", "_NUL"), ("com1.wav", "_com1.wav"), ("Lpt¹.x", "_Lpt¹.x"), ("com0.wav", "com0.wav"),
        ("console.wav", "console.wav"),
        ("\u{202E}3pm.wav", "3pm.wav"), ("a.", "a"), ("Zoë 📞.mp3", "Zoë 📞.mp3"), ("..\\x", "_x"),
    ])
    func anEntryCannotLeaveItsFolder(_ label: String, _ name: String) {
        var names = EntryNames()
        #expect(names.add(label) == name)
    }

    @Test func portableNamesHaveNoColons() {
        var names = EntryNames(.portable)
        #expect(
            ["1_2016-05-10_01:18:42.mp3", "1_2016-05-10_01-18:42.mp3", "c:x.wav"].map { names.add($0) } == [
                "1_2016-05-10_01-18-42.mp3", "1_2016-05-10_01-18-42_2.mp3", "c-x.wav",
            ])
    }

    @Test func equalNamesAreCounted() {
        var names = EntryNames()
        #expect(
            ["a.mp3", "a.mp3", "A.mp3", "a_2.mp3", "b", "b", "a.mp3"].map { names.add($0) } == [
                "a.mp3", "a_2.mp3", "A_3.mp3", "a_2_2.mp3", "b", "b_2", "a_4.mp3",
            ])
    }

    @Test func manyOfOneNameAreCountedOn() {
        var names = EntryNames()
        var given = Set((0..<20_000).map { _ in names.add("1001_2016-05-10_01:18:42.mp3") })
        #expect(given.count == 20_000)
        #expect(given.contains("1001_2016-05-10_01:18:42_20000.mp3"))
        given.insert(names.add("1001_2016-05-10_01:18:42_7.mp3"))
        #expect(given.count == 20_001)
    }

    @Test func lengthIsBoundedInBytesAndKeepsTheExtension() {
        var names = EntryNames()
        let exact = String(repeating: "x", count: 251) + ".mp3"
        #expect(names.add(exact) == exact)
        let longer = names.add("x" + exact)
        #expect(longer.utf8.count == 255 && longer.hasSuffix("_2.mp3"))
        let wide = names.add(String(repeating: "é", count: 300) + ".wav")
        #expect(wide.utf8.count <= 255 && wide.hasSuffix("é.wav"))
        #expect(names.add("a" + String(repeating: "\u{301}", count: 300) + ".wav") == "file.wav")
    }

    @Test(arguments: 0..<100)
    func noTwoAreAlikeAndNoneIsAPath(_ seed: UInt64) {
        var random = Seeded(seed)
        var names = EntryNames()
        var seen: Set<String> = []
        for _ in 0..<50 {
            let crumbs = ["a", "A", ".", "/", "\\", ":", " ", "\u{0}", "..", ".mp3", "_2", "ß", "\u{200F}"]
            let name = names.add((0..<Int.random(in: 0...5, using: &random)).map { _ in crumbs.randomElement(using: &random) ?? "" }.joined())
            #expect(seen.insert(name.lowercased()).inserted)
            #expect(!name.isEmpty && !name.hasPrefix(".") && !name.contains { $0 == "/" || $0 == "\\" })
        }
    }
}
