import Foundation
import NIOCore
import NIOHTTP1
import Testing
import Voicemail

@testable import S3Archive

/// What services write, and what is made of it.
struct DocumentTests {
    private func failure(_ text: String) -> String? { S3Failure(ByteBuffer(string: text)).map { "\($0.code)|\($0.message ?? "-")" } }

    @Test(
        "An error is read however it is laid out; what is another document, or none, is no error",
        arguments: [
            ("<Error><Code>SlowDown</Code></Error>", "SlowDown|-"),
            (
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n <Message>a &amp; b &lt;c&gt;</Message>\n <Code>X</Code><Extra>1</Extra></Error>\n",
                "X|a & b <c>"
            ),
            (" \r\n\t <Error><Code>X</Code></Error>", "X|-"), ("<Error xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Code>X</Code></Error>", "X|-"),
            ("<Error><Code></Code></Error>", "|-"), ("<Error><Code>Ä</Code><Message>\u{1F4DE}</Message></Error>", "Ä|\u{1F4DE}"),
            ("", nil), ("   ", nil), ("<Error>", nil), ("<Error/>", nil), ("<Error><Message>m</Message></Error>", nil),
            ("<Errors><Code>X</Code></Errors>", nil),
            ("<html><body><Error><Code>X</Code></Error></body></html>", nil), ("Error", nil), ("{\"Code\":\"X\"}", nil), ("<Error><Code>X</Code>", nil),
            ("\u{0}<Error><Code>X</Code></Error>", nil),
        ] as [(String, String?)])
    func errors(_ text: String, _ expected: String?) {
        #expect(failure(text) == expected)
    }

    @Test("A listing is a page, with or without objects, and whether there is more")
    func listings() throws {
        func page(_ inner: String) throws -> S3Listing { try S3XML.decode(S3Listing.self, ByteBuffer(string: "<ListBucketResult>\(inner)</ListBucketResult>")) }
        let empty = try page("<IsTruncated>false</IsTruncated>")
        #expect(empty.objects?.isEmpty ?? true && !empty.isTruncated && empty.next == nil)
        let object = "<Contents><Key>a&amp;b/%20</Key><Size>9223372036854775807</Size><ETag>&quot;x&quot;</ETag></Contents>"
        let one = try page("<Name>b</Name><IsTruncated>true</IsTruncated><NextContinuationToken>1+/=&amp;</NextContinuationToken>" + object)
        #expect(one.objects?.map(\.key) == ["a&b/%20"] && one.objects?.first?.size == Int.max && one.isTruncated && one.next == "1+/=&")
        #expect(try page("<IsTruncated>false</IsTruncated>" + object + object).objects?.count == 2)
        for broken in [
            "", "<IsTruncated>perhaps</IsTruncated>", "<IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents>",
            "<IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>many</Size></Contents>",
            "<IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>9223372036854775808</Size></Contents>",
        ] {
            #expect(throws: S3Trouble.strange("a document that is none of S3's"), "\(broken)") { _ = try page(broken) }
        }
    }

    @Test("Uploads that were begun are a page, too")
    func uploads() throws {
        let text = """
            <ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker>
            <Upload><Key>k</Key><UploadId>u/+=</UploadId><Initiated>2024-02-29T12:00:00.000Z</Initiated></Upload></ListMultipartUploadsResult>
            """
        let page = try S3XML.decode(S3Uploads.self, ByteBuffer(string: text))
        #expect(page.isTruncated && page.nextKey == "k" && page.nextID == "u" && page.uploads?.map(\.id) == ["u/+="])
        #expect(Timestamp(rfc3339: page.uploads?.first?.initiated ?? "") == Timestamp(unix: 1_709_208_000))
        let none = try S3XML.decode(S3Uploads.self, ByteBuffer(string: "<R><IsTruncated>false</IsTruncated></R>"))
        #expect(none.uploads?.isEmpty ?? true)
        #expect(try S3XML.decode(S3Upload.self, ByteBuffer(string: "\n<R><UploadId>u</UploadId></R>")).id == "u")
        #expect(throws: S3Trouble.self) { try S3XML.decode(S3Upload.self, ByteBuffer(string: "<R></R>")) }
    }

    @Test("Parts are numbered from one, and nothing in a tag ends its element")
    func completion() {
        #expect(S3XML.completion([]).hasSuffix("/\"></CompleteMultipartUpload>"))
        let text = S3XML.completion(["a", "\"b\"<&"])
        #expect(
            text.contains("<Part><PartNumber>1</PartNumber><ETag>a</ETag></Part><Part><PartNumber>2</PartNumber><ETag>&quot;b&quot;&lt;&amp;</ETag></Part>"))
    }

    @Test("Whatever is said is read or refused, and what was escaped comes back", arguments: 0..<60)
    func anything(_ seed: UInt64) throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func number(below count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1
            return Int((state >> 33) % UInt64(count))
        }
        let crumbs = [
            "<", ">", "</", "/>", "Error", "Code", "<Error>", "</Error>", "<Code>", "</Code>", "&", "&amp;", "&#0;", "<!--", "-->", "<![CDATA[", "]]>", "<?xml",
            "?>", "\"",
            "=", " ", "\u{0}", "é", "<!DOCTYPE a [<!ENTITY b \"c\">]>", "&b;",
        ]
        let text = (0..<30).map { _ in crumbs[number(below: crumbs.count)] }.joined()
        // A hundred lines of nonsense end no process, and are an error only where they say so.
        if let code = failure(text) { #expect(text.contains("<Error"), "\(code)") }
        _ = try? S3XML.decode(S3Listing.self, ByteBuffer(string: text))
    }

    @Test(
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 6 Nov 1994 08:49:37 GMT", nil), ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("Sun Nov  6 08:49:37 1994", nil),
            ("Sun, 06 Nov 1994 08:49:37 +0000", nil),
            ("Sun, 06 Nov 1994 25:49:37 GMT", nil), ("Sun, 06 Foo 1994 08:49:37 GMT", nil), ("", nil),
            (" Sun, 06 Nov 1994 08:49:37 GMT", nil),
        ] as [(String, Int?)])
    func times(_ text: String, _ unix: Int?) {
        #expect(Timestamp(httpDate: text)?.unix == unix)
    }

    @Test("What an entity tag says depends on who has encrypted")
    func tags() {
        func answer(_ headers: [(String, String)]) -> S3Answer { S3Answer(status: 200, headers: HTTPHeaders(headers), body: ByteBuffer()) }
        #expect(answer([("ETag", "\"abc\"")]).entityTag == "abc" && answer([("etag", "abc")]).entityTag == "abc" && answer([]).entityTag == nil)
        #expect(answer([]).tagsByContent)
        #expect(answer([("x-amz-server-side-encryption", "AES256")]).tagsByContent)
        #expect(!answer([("x-amz-server-side-encryption", "aws:kms")]).tagsByContent)
        #expect(!answer([("x-amz-server-side-encryption-customer-algorithm", "AES256")]).tagsByContent)
        #expect("d41d8cd98f00b204e9800998ecf8427e".isMD5)
        for text in [
            "", "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e-2", "d41d8cd98f00b204e9800998ecf8427", "g41d8cd98f00b204e9800998ecf8427e",
        ] {
            #expect(!text.isMD5, "\(text)")
        }
        #expect(answer([("Date", "Sun, 06 Nov 1994 08:49:37 GMT")]).date == Timestamp(unix: 784_111_777))
        #expect(answer([("Date", "now")]).date == nil)
    }

    @Test("A body's checksums are those of its bytes")
    func checksums() {
        #expect(S3Body.empty.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(S3Body.empty.contentMD5 == "1B2M2Y8AsgTpgAmY7PhCfg==" && S3Body.empty.entityTag == "d41d8cd98f00b204e9800998ecf8427e")
        let body = S3Body(Array("Welcome to Amazon S3.".utf8))
        #expect(body.size == 21 && body.sha256 == "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")
    }
}

/// What becomes of a refusal.
struct TroubleTests {
    private static func refused(_ status: Int, _ code: String = "", _ message: String = "") -> S3Trouble {
        .refused(status: status, code: code, message: message)
    }

    @Test(arguments: [
        (refused(503, "SlowDown"), true, true), (refused(500, "InternalError"), true, true), (refused(429), true, false), (refused(502), true, true),
        (refused(504), true, true), (refused(501, "NotImplemented"), false, true), (refused(507), false, true), (refused(400, "RequestTimeout"), true, false),
        (refused(400, "InvalidRequest"), false, false), (refused(403, "AccessDenied"), false, false), (refused(404, "NoSuchKey"), false, false),
        (refused(301, "PermanentRedirect"), false, false), (S3Trouble.unreachable("x"), true, true), (S3Trouble.strange("x"), false, true),
        (S3Trouble.credentials("x"), false, false),
    ])
    func whatIsTriedAgainAndWhatMayHaveBeenDone(_ trouble: S3Trouble, _ isTransient: Bool, _ isUnknown: Bool) {
        #expect(trouble.isTransient == isTransient)
        #expect(trouble.isUnknown == isUnknown)
    }

    @Test("Only what says so of the object, or of the upload, is missing")
    func missing() {
        for code in ["", "NoSuchKey", "NotFound"] { #expect(Self.refused(404, code).isMissing, "\(code)") }
        for trouble in [
            Self.refused(404, "NoSuchBucket"), Self.refused(404, "NoSuchUpload"), Self.refused(410, ""), Self.refused(403, "NoSuchKey"), .unreachable("404"),
        ] {
            #expect(!trouble.isMissing, "\(trouble)")
        }
        for code in ["", "NoSuchUpload"] { #expect(Self.refused(404, code).isMissingUpload, "\(code)") }
        for trouble in [Self.refused(404, "NoSuchKey"), Self.refused(400, "NoSuchUpload"), .strange("NoSuchUpload")] {
            #expect(!trouble.isMissingUpload, "\(trouble)")
        }
    }

    @Test("Credentials are doubted for what may be their fault, and for nothing else")
    func credentials() {
        for code in ["ExpiredToken", "InvalidToken", "InvalidAccessKeyId", "SignatureDoesNotMatch", "TokenRefreshRequired"] {
            #expect(Self.refused(403, code).doubtsCredentials && Self.refused(400, code).doubtsCredentials, "\(code)")
        }
        for trouble in [Self.refused(403, "AccessDenied"), Self.refused(403, ""), Self.refused(403, "RequestTimeTooSkewed"), .credentials("none")] {
            #expect(!trouble.doubtsCredentials, "\(trouble)")
        }
    }

    @Test(arguments: [
        (refused(404, "NoSuchBucket", "m"), "the bucket does not exist (NoSuchBucket)"),
        (refused(403), "these credentials are not allowed to do that (status 403)"),
        (refused(307), "the bucket is in another region or at another endpoint (status 307)"), (refused(404), "it is not there (status 404)"),
        (refused(418, "Teapot", "I am one"), "the service refuses (Teapot: I am one)"),
        (refused(418, "", "I am one"), "the service refuses (status 418: I am one)"),
        (refused(418), "the service refuses (status 418)"), (refused(400, "ExpiredToken", "m"), "the session token is no longer good (ExpiredToken)"),
        (refused(403, "RequestTimeTooSkewed"), "the clocks of this machine and of the service differ (RequestTimeTooSkewed)"),
        (S3Trouble.unreachable("connection refused"), "the service cannot be reached: connection refused"), (S3Trouble.credentials("as it is"), "as it is"),
    ])
    func words(_ trouble: S3Trouble, _ text: String) {
        #expect(trouble.description == text)
    }

    @Test("A long message is cut, and a full service is full in every dialect of it")
    func bounds() {
        let long = Self.refused(400, "X", String(repeating: "m", count: 5000)).description
        #expect(long.count < 400 && long.hasPrefix("the service refuses (X: mmm"))
        for trouble in [
            Self.refused(507), Self.refused(403, "QuotaExceeded"), Self.refused(400, "InsufficientStorage"), Self.refused(507, "XMinioStorageFull"),
        ] {
            #expect(trouble.archiveError == .full, "\(trouble)")
        }
        #expect(Self.refused(503, "SlowDown").archiveError == .failed("the service is overloaded (SlowDown)"))
    }
}

/// What is read while it is removed.
struct OpenBlobTests {
    @Test("What is removed goes at once where nobody reads it, and else with its last reader")
    func readers() {
        let open = OpenBlobs(), id = BlobID(), other = BlobID()
        #expect(open.remove(id) && !open.isRemoved(id))
        #expect(open.open(id) && open.open(id) && open.open(other))
        #expect(!open.remove(id) && open.isRemoved(id) && !open.isRemoved(other))
        // Nobody begins to read what is removed, and to remove it again changes nothing.
        #expect(!open.open(id) && !open.remove(id))
        #expect(!open.close(id) && open.isRemoved(id))
        #expect(open.close(id) && !open.isRemoved(id))
        #expect(!open.close(other))
        #expect(open.open(id) && !open.close(id))
    }
}
