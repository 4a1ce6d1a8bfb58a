import Testing

@testable import S3Archive

struct PlaceTests {
    private func options(_ endpoint: String, pathStyle: Bool) throws -> S3Options {
        S3Options(endpoint: try #require(S3Endpoint(endpoint)), bucket: "voicemail", region: "eu-west-1", pathStyle: pathStyle, credentials: .none)
    }

    @Test func aBucketIsPartOfThePathOrOfTheName() throws {
        let inPath = S3Place(try options("https://s3.example:9000", pathStyle: true), key: "a/b")
        #expect(inPath.host == "s3.example:9000" && inPath.path == "/voicemail/a/b" && inPath.scheme == "https")
        #expect(S3Place(try options("https://s3.example", pathStyle: true), key: nil).path == "/voicemail")
        let inName = S3Place(try options("https://s3.example:443/", pathStyle: false), key: "a")
        #expect(inName.host == "voicemail.s3.example" && inName.path == "/a")
        #expect(S3Place(try options("http://s3.example", pathStyle: false), key: nil).path == "/")
        #expect(try options("http://[::1]:80", pathStyle: true).endpoint.description == "http://[::1]")
    }

    @Test(arguments: [
        "", "s3.example", "ftp://s3.example", "https://", "https://s3.example/path", "https://s3.example?a", "https://s3.example#a", "https://u@s3.example",
        "https://u:p@s3.example", "https://s3.example:0", "https://s3.example:70000", "https://s3 .example", "https://s3.example\r\nX: y",
    ])
    func whatIsNoEndpointIsRefused(_ text: String) { #expect(S3Endpoint(text) == nil) }

    @Test func namesOfBucketsAndPrefixesAreBounded() {
        for name in ["abc", "a-b.c9", String(repeating: "a", count: 63)] { #expect(S3Options.isBucket(name)) }
        for name in ["", "ab", "Abc", "a_b", "-ab", "ab-", "a..b", "a/b", String(repeating: "a", count: 64)] { #expect(!S3Options.isBucket(name)) }
        for prefix in ["a", "calls/", "a/b-c_d.e/", String(repeating: "a", count: 512)] { #expect(S3Options.isPrefix(prefix)) }
        for prefix in ["/a", "a//b", "../", "a/../b", "./a", "a b", "ä", "a?b", String(repeating: "a", count: 513)] { #expect(!S3Options.isPrefix(prefix)) }
    }

    @Test func credentialsComeFromAFileOfAWSsTools() {
        let text = """
            # kept by hand
            [other]
            aws_access_key_id = O
            aws_secret_access_key = OS

            [default]
            AWS_ACCESS_KEY_ID=A
            aws_secret_access_key = S/+=
            aws_session_token = T
            """
        #expect(S3Credentials(file: text) == S3Credentials(accessKey: "A", secretKey: "S/+=", sessionToken: "T"))
        #expect(S3Credentials(file: "aws_access_key_id=A\naws_secret_access_key=S") == S3Credentials(accessKey: "A", secretKey: "S"))
        for broken in ["", "aws_access_key_id=A", "aws_access_key_id=\naws_secret_access_key=S", "aws_access_key_id=A b\naws_secret_access_key=S"] {
            #expect(S3Credentials(file: broken) == nil)
        }
        #expect(S3Credentials(environment: ["AWS_ACCESS_KEY_ID": "A"]) == nil)
        #expect(S3Credentials(environment: ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": ""]) != nil)
    }

    @Test func secretsAreShownToNobody() throws {
        let credentials = try #require(S3Credentials(accessKey: "A", secretKey: "hidden", sessionToken: "token"))
        var shown = "\(credentials) \(CredentialSource.given(credentials))"
        dump(credentials, to: &shown)
        dump(CredentialSource.given(credentials), to: &shown)
        #expect(!shown.contains("hidden") && !shown.contains("token"))
    }
}
