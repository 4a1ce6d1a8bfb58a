import Testing

@testable import HTTPFront

@Suite struct HeaderParsingTests {
    @Test func aMediaTypeIsTakenApart() {
        let type = MediaType(parsing: " Audio/MPEG ; Charset=\"utf-8\"; x=a\\b")
        #expect(type?.essence == "audio/mpeg")
        #expect(type?.parameters["charset"] == "utf-8")
        #expect(type?.parameters["x"] == "a\\b")
    }

    @Test(arguments: ["", "audio", "/", "audio/", "/mpeg", "a/b/c", "au dio/mpeg", "audio/mp\u{e9}", ";charset=x"])
    func whatIsNoMediaTypeIsNone(_ text: String) {
        #expect(MediaType(parsing: text) == nil)
    }

    @Test(arguments: [
        ("Bearer abc", "bearer", "abc"), ("bEARER \t abc ", "bearer", "abc"), (" Basic YTpi", "basic", "YTpi"), ("Digest a=b, c=d", "digest", "a=b, c=d"),
    ])
    func anAuthorizationIsASchemeAndWhatFollows(_ header: String, _ scheme: String, _ credentials: String) {
        let field = AuthorizationField(header)
        #expect(field?.scheme == scheme && field?.credentials == credentials)
        #expect(field?.bearerToken == (scheme == "bearer" ? credentials : nil))
        #expect(field?.basicText == (scheme == "basic" ? "a:b" : nil))
    }

    @Test(
        arguments: [("YTpi", "a:b"), ("w6Q=", "ä"), ("", ""), ("YTp", nil), ("YTpi\n", nil), ("/w==", nil), ("data:;base64,YTpi", nil)] as [(String, String?)])
    func base64IsReadAsText(_ encoded: String, _ text: String?) {
        #expect(String(base64: encoded) == text)
    }

    @Test(arguments: ["", " ", "Bearer", "Bearer ", "abc"])
    func oneWordIsNoAuthorization(_ header: String) {
        #expect(AuthorizationField(header) == nil)
    }

    @Test(arguments: [
        ("multipart/form-data; boundary=abc/+'x=y", "abc/+'x=y"),
        ("multipart/mixed; boundary=\"a b\"; charset=x", "a b"),
        ("Multipart/Form-Data; BOUNDARY=----WebKit", "----WebKit"),
        ("multipart/mixed;boundary=" + String(repeating: "x", count: 70), String(repeating: "x", count: 70)),
    ])
    func aBoundaryNeedsNoQuotes(_ header: String, _ boundary: String) {
        #expect(MediaType(parsing: header)?.boundary == boundary)
    }

    @Test(arguments: [
        "multipart/mixed", "multipart/mixed; boundary=", "multipart/mixed; boundary=\"\"", "audio/mp3; boundary=x",
        "multipart/mixed; boundary=\"x \"", "multipart/mixed; boundary=\u{e9}",
        "multipart/mixed;boundary=" + String(repeating: "x", count: 71),
    ])
    func whatCannotBeABoundaryIsNone(_ header: String) {
        #expect(MediaType(parsing: header)?.boundary == nil)
    }

    @Test(arguments: [
        (#"form-data; name="content"; filename="a;b=\"c\".mp3""#, #"a;b="c".mp3"#),
        (#"form-data; filename="C:\music\a.wav""#, #"C:\music\a.wav"#),
        (#"form-data; filename="/D:/greeting/vm_away.wav""#, "/D:/greeting/vm_away.wav"),
        ("attachment; filename=plain name.mp3", "plain name.mp3"),
        ("attachment; filename*=UTF-8''%e2%82%ac%20rates; filename=\"EURO rates\"", "€ rates"),
        ("attachment; filename*=iso-8859-1'en'%A3%20rates", "£ rates"),
        ("attachment; filename*=klingon'en'x; filename=y", "y"),
        ("attachment; filename*=UTF-8''%zz; filename=y", "y"),
        ("attachment; filename*0=\"one \"; filename*1=\"two\"", "one two"),
        ("attachment; filename*0*=UTF-8''%e2%82; filename*1=x; filename=z", "z"),
        ("attachment; filename*0*=UTF-8''%e2%82%ac; filename*1*=%20x; filename*2=.y", "€ x.y"),
        ("attachment; filename=\"unended", "unended"),
        ("attachment; FileName = spaced ", "spaced"),
        (#"attachment; filename="Zoë 📞.mp3""#, "Zoë 📞.mp3"),
    ])
    func aFileNameIsReadAsMeant(_ header: String, _ name: String) {
        #expect(Disposition(parsing: header).filename == name)
    }

    @Test func aDispositionWithoutAFileNameHasNone() {
        let disposition = Disposition(parsing: "Form-Data; name=x")
        #expect(disposition.kind == "form-data")
        #expect(disposition.name == "x")
        #expect(disposition.filename == nil)
    }

    @Test(arguments: [
        ("/D:/greeting/vm_away.wav", "vm_away.wav"), (#"C:\fakepath\a.wav"#, "a.wav"), ("a.wav", "a.wav"), ("../../etc/passwd", "passwd"),
        ("dir/", ""), ("", ""), (#"a/b\c"#, "c"),
    ])
    func aLabelIsTheLastComponent(_ path: String, _ name: String) {
        #expect(FileLabel.lastComponent(path) == name)
    }

    @Test func parametersAreBounded() {
        let many = (0..<100).map { ";p\($0)=x" }.joined()
        #expect(HeaderParameters(parsing: many).items.count == HeaderParameters.limit)
    }

    @Test(arguments: 0..<100)
    func garbageNeverCrashes(_ seed: UInt64) {
        var random = Seeded(seed)
        let crumbs = ["\"", "\\", ";", "=", "*", "'", "%", "filename", "filename*", "filename*0*", "UTF-8''", "q", "\u{301}", "🎧", " ", "\t", ",", "/"]
        let text = (0..<40).map { _ in crumbs.randomElement(using: &random) ?? "" }.joined()
        _ = Disposition(parsing: text).filename
        _ = MediaType(parsing: "a/b" + text)?.boundary
    }
}

@Suite struct AcceptLanguageTests {
    @Test(
        arguments: [
            (nil, []), ("", []), ("de", ["de"]), ("de, en-US;q=0.5 ,fr;q=0.9", ["de", "fr", "en-US"]), ("*", []), ("en;q=0, it", ["it"]),
            ("a;q=x, b;q=0.5", ["a", "b"]), (",,;q=1, ru", ["ru"]), ("a;q=0.5, b;q=0.5", ["a", "b"]),
        ] as [(String?, [String])])
    func bestFirst(_ header: String?, _ tags: [String]) {
        #expect(AcceptLanguage.tags(header) == tags)
    }

    @Test func manyAreBounded() {
        #expect(AcceptLanguage.tags(Array(repeating: "en", count: 1000).joined(separator: ",")).count == 32)
    }
}
