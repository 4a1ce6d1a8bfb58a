import Delivery
import Foundation
import HTTPFront
import KazooAPI
import RecordingIntake
import S3Archive
import TestKit
import Testing
import Voicemail

@testable import Server

/// One file, every key known, nothing silently ignored.
@Suite struct ConfigurationTests {
    private static let sample = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/aftertone.example.yaml")

    private func read(_ yaml: String, _ environment: [String: String] = [:]) throws -> Configuration {
        try Configuration.read(ConfigurationFile(yaml: yaml), named: "a.yaml", environment)
    }

    private func problems(_ yaml: String, _ environment: [String: String] = [:]) -> [String] {
        do {
            _ = try read(yaml, environment)
            return []
        } catch let error as ConfigurationError {
            return error.lines
        } catch {
            return ["\(error)"]
        }
    }

    // MARK: The sample

    @Test func theSampleHasEveryKeyAndNoOther() throws {
        let file = ConfigurationFile(yaml: try String(contentsOf: Self.sample, encoding: .utf8))
        #expect(Set(file.entries.keys) == Configuration.keys)
    }

    @Test func theSampleSaysWhatIsStandard() throws {
        #expect(try Configuration.load(file: Self.sample.path(), environment: [:]) == Configuration())
    }

    @Test func everyKeyOfTheSampleIsExplained() throws {
        // Each key, or the one above it in the same group, has a comment right before it.
        var isExplained = false
        for line in try String(contentsOf: Self.sample, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false) {
            let text = line.trimmingCharacters(in: .whitespaces)
            if text.isEmpty {
                isExplained = false
            } else if text.hasPrefix("#") {
                isExplained = true
            } else if !text.hasSuffix(":") || text == "certificate:" || text == "key:" {
                #expect(isExplained, "\(text)")
            }
        }
    }

    // MARK: Layers

    @Test func anEmptyFileChangesNothing() throws {
        for yaml in ["", "\n", "# nothing\n", "---\n", "log:\n", "http:\n  tls:\n", "archive:\n  quota_bytes: null\n"] {
            #expect(try read(yaml) == Configuration(), "\(yaml)")
        }
    }

    @Test(arguments: ["", " "])
    func aVariableWithoutAValueIsAnEmptyList(_ value: String) throws {
        let yaml = "http:\n  trusted_proxies: [10.0.0.1, 10.0.0.2]\nrecordings:\n  watch: [\"Acme=/srv/a\"]\n"
        let configuration = try read(yaml, ["AFTERTONE_HTTP_TRUSTED_PROXIES": value, "AFTERTONE_RECORDINGS_WATCH": value])
        #expect(try read(yaml).http.trustedProxies.count == 2 && read(yaml).recordings.watched.count == 1)
        #expect(configuration.http.trustedProxies.isEmpty && configuration.recordings.watched.isEmpty)
        #expect(problems("", ["AFTERTONE_HTTP_LISTEN": value]).first?.hasSuffix("http.listen names no address") == true)
        // A list with a hole in it is a mistake.
        #expect(!problems("", ["AFTERTONE_HTTP_TRUSTED_PROXIES": "10.0.0.1,,10.0.0.2"]).isEmpty)
    }

    @Test func theFileIsRead() throws {
        let configuration = try read(
            """
            data: /srv/aftertone
            http:
              listen: ["127.0.0.1:1", "https://[::1]:2", "http://example.org:3"]
              tls: {certificate: /c.pem, key: /k.pem}
              deadlines:
                drain_seconds: 7
            kazoo:
              empty_next_start_key: yes
              body_bytes: 9_000_000
            archive:
              quota_bytes: 12
            web: {listen: ["https://127.0.0.1:4", "[::1]:0"]}
            """)
        #expect(configuration.data == "/srv/aftertone")
        #expect(configuration.http.listen.map(\.description) == ["http://127.0.0.1:1", "https://[::1]:2", "http://example.org:3"])
        #expect(configuration.http.tls == TLSFiles(certificate: "/c.pem", key: "/k.pem"))
        #expect(configuration.http.deadlines.drain == .seconds(7))
        #expect(configuration.kazoo.emptyNextStartKey)
        #expect(configuration.kazoo.maximumBody == 9_000_000)
        #expect(configuration.http.page.map(\.description) == ["https://127.0.0.1:4", "http://[::1]:0"])
        #expect(configuration.archive.quotaBytes == 12)
    }

    @Test func theEnvironmentWinsOverTheFile() throws {
        let environment = [
            "AFTERTONE_DATA": "/elsewhere", "AFTERTONE_HTTP_LISTEN": "http://127.0.0.1:5, 127.0.0.1:6", "AFTERTONE_KAZOO_RATE_LIMIT_BURST": "50",
            "AFTERTONE_ARCHIVE_QUOTA_BYTES": "", "HTTP_LISTEN": "nonsense",
        ]
        let configuration = try read("data: /srv\nhttp: {listen: [\"127.0.0.1:1\"]}\n", environment)
        #expect(configuration.data == "/elsewhere")
        #expect(configuration.http.listen.map(\.port) == [5, 6])
        #expect(configuration.kazoo.rateLimit.burst == 50)
        #expect(configuration.archive.quotaBytes == nil)
    }

    @Test func relativePathsAreBelowTheFileThatNamesThem() throws {
        let here = FileManager.default.currentDirectoryPath
        let yaml = """
            data: ./d
            http: {tls: {certificate: tls/c.pem, key: /etc/k.pem}}
            mail: {host: mx, from: a@b, username: u, password_file: ../p, authorities_file: ca.pem}
            recordings: {watch: ["Acme=in"], done: done, refused: refused}
            """
        func read(_ environment: [String: String] = [:]) throws -> Configuration {
            try Configuration.read(ConfigurationFile(yaml: yaml), named: "/etc/aftertone/a.yaml", environment)
        }
        let configuration = try read()
        #expect(configuration.data == "/etc/aftertone/d")
        #expect(configuration.http.tls == TLSFiles(certificate: "/etc/aftertone/tls/c.pem", key: "/etc/k.pem"))
        #expect(configuration.mail?.login?.passwordFile == "/etc/aftertone/../p")
        #expect(configuration.mail?.authorities == "/etc/aftertone/ca.pem")
        #expect(configuration.recordings.watched.map(\.path) == ["/etc/aftertone/in"])
        #expect(configuration.recordings.watch.done == "/etc/aftertone/done" && configuration.recordings.watch.refused == "/etc/aftertone/refused")
        // A variable is typed where the program runs.
        let typed = try read(["AFTERTONE_DATA": "d", "AFTERTONE_RECORDINGS_WATCH": "Acme=in", "AFTERTONE_HTTP_TLS_KEY": "k.pem"])
        #expect(typed.data == here + "/d")
        #expect(typed.recordings.watched.map(\.path) == [here + "/in"])
        #expect(typed.http.tls == TLSFiles(certificate: "/etc/aftertone/tls/c.pem", key: here + "/k.pem"))
        // A file given by a relative name is where the program runs.
        #expect(try Configuration.read(ConfigurationFile(yaml: "data: d"), named: "a.yaml", [:]).data == here + "/d")
        #expect(try Configuration.read(ConfigurationFile(yaml: "data: d"), named: "x/a.yaml", [:]).data == here + "/x/d")
    }

    @Test func everyKeyCanComeFromTheEnvironment() async throws {
        for key in Configuration.keys {
            await Task.yield()
            let variable = "AFTERTONE_" + key.uppercased().replacingOccurrences(of: ".", with: "_")
            #expect(Configuration.unknownVariables(in: [variable: ""]) == [], "\(key)")
            // A value that suits no key but a text is noticed, so the variable is read.
            let texts = [
                "data", "kazoo.node", "p_series.device_name", "p_series.model_name", "http.tls.certificate", "http.tls.key", "recordings.done",
                "recordings.refused", "mail.host", "mail.username", "mail.password_file", "mail.authorities_file", "sip.prompts.directory",
                "sip.tls.certificate", "sip.tls.key", "sip.digest.realm",
            ]
            if !texts.contains(key) { #expect(problems("", [variable: "~?"]).contains { $0.hasPrefix(key + " ") }, "\(key)") }
        }
        #expect(Configuration.unknownVariables(in: ["AFTERTONE_PORT": "tcp://10.0.0.1:80", "PATH": "", "AFTERTONE_CONFIG": ""]) == ["AFTERTONE_PORT"])
    }

    // MARK: Refusals

    @Test(arguments: [
        ("htpp:\n  listen: []\n", "a.yaml:2: unknown key htpp.listen; did you mean http.listen?"),
        ("data: x\nzebra: 1\n", "a.yaml:2: unknown key zebra"),
        ("data:\n  dir: x\n", "a.yaml:2: unknown key data.dir"),
        ("log:\n  level: loud\n", "a.yaml:2: log.level is \"loud\" and must be one of trace, debug, info, notice, warning, error, critical"),
        ("timezone: Mars/Olympus\n", "a.yaml:1: timezone is \"Mars/Olympus\" and must be a time zone such as Europe/Dublin"),
        ("http:\n  listen: 127.0.0.1:80\n", "a.yaml:2: http.listen is \"127.0.0.1:80\" and must be a list of http://HOST:PORT or https://HOST:PORT"),
        ("http:\n  listen: [\"ftp://x:1\"]\n", "a.yaml:2: http.listen is \"ftp://x:1\" and must be http://HOST:PORT or https://HOST:PORT"),
        ("http: {listen: []}\n", "a.yaml:1: http.listen names no address"),
        ("http: {listen: [\"https://x:1\"]}\n", "a.yaml:1: http.listen has an https address, which needs http.tls"),
        ("http: {tls: {key: x}}\n", "http.tls needs both certificate and key"),
        ("kazoo:\n  body_bytes: [1]\n", "a.yaml:2: kazoo.body_bytes is a list and must be a whole number from 1"),
        ("kazoo: {empty_next_start_key: maybe}\n", "a.yaml:1: kazoo.empty_next_start_key is \"maybe\" and must be true or false"),
        ("kazoo:\n  recovery_pages: [\"https://ui.example.com/\"]\n", "a.yaml:2: kazoo.recovery_pages needs mail.host"),
        ("kazoo:\n  recovery_pages: [\"ui\"]\n", "a.yaml:2: kazoo.recovery_pages is \"ui\" and must be URLs of http or https"),
        ("mail: {host: mx}\n", "mail.from is needed where mail.host is given"),
        ("mail:\n  from: a b\n", "a.yaml:2: mail.from is \"a b\" and must be an address such as voicemail@example.com"),
        ("mail: {host: mx, from: a@b, username: u}\n", "mail needs both username and password_file"),
        (
            "mail: {host: mx, from: a@b, username: u, password_file: p, security: none}\n",
            "a.yaml:1: mail.username would be sent in clear: mail.security is none"
        ),
        ("limits:\n  pin_length: 3\n", "a.yaml:2: limits.pin_length is \"3\" and must be a whole number from 4 to 64"),
        ("limits:\n  pin_length: 65\n", "a.yaml:2: limits.pin_length is \"65\" and must be a whole number from 4 to 64"),
        ("limits:\n  pin_length: 1e1\n", "a.yaml:2: limits.pin_length is \"1e1\" and must be a whole number from 4 to 64"),
        ("numbers: {country_code: \"+49\"}\n", "a.yaml:1: numbers.country_code is \"+49\" and must be 1 to 3 digits such as 49, or nothing"),
        ("web:\n  path: /v2/box\n", "a.yaml:2: web.path is \"/v2/box\" and must be a path such as /voicemail that no interface has"),
        ("web: {path: voicemail}\n", "a.yaml:1: web.path is \"voicemail\" and must be a path such as /voicemail that no interface has"),
        ("web: {path: //evil}\n", "a.yaml:1: web.path is \"//evil\" and must be a path such as /voicemail that no interface has"),
        ("web:\n  listen: 127.0.0.1:80\n", "a.yaml:2: web.listen is \"127.0.0.1:80\" and must be a list of http://HOST:PORT or https://HOST:PORT"),
        ("web: {listen: [\"127.0.0.1:99999\"]}\n", "a.yaml:1: web.listen is \"127.0.0.1:99999\" and must be http://HOST:PORT or https://HOST:PORT"),
        ("web: {listen: [\"https://127.0.0.1:1\"]}\n", "a.yaml:1: web.listen has an https address, which needs http.tls"),
        ("web: {enabled: false, listen: [\"127.0.0.1:1\"]}\n", "a.yaml:1: web.listen needs web.enabled"),
        ("web:\n  listen: [\"127.0.0.1:8080\"]\n", "a.yaml:2: web.listen has http://127.0.0.1:8080, where http.listen has the interfaces"),
        (
            "http: {listen: [\"[::1]:1\"], tls: {certificate: c, key: k}}\nweb: {listen: [\"https://[::1]:1\"]}\n",
            "a.yaml:2: web.listen has https://[::1]:1, where http.listen has the interfaces"
        ),
        ("sip: {strangers: challenge}\n", "a.yaml:1: sip.strangers is challenge, which needs sip.digest.passwords"),
        ("sip: {digest: {passwords: [pbx]}}\n", "a.yaml:1: sip.digest.passwords is \"pbx\" and must be NAME=FILE"),
        ("sip: {digest: {passwords: [a=x, a=y]}}\n", "a.yaml:1: sip.digest.passwords has a name twice"),
        ("sip: {digest: {algorithms: [crc]}}\n", "a.yaml:1: sip.digest.algorithms is \"crc\" and must be one of SHA-256, MD5"),
        ("sip: {digest: {algorithms: []}}\n", "a.yaml:1: sip.digest.algorithms names none"),
        ("sip: {trusted: [\"300.1.1\"]}\n", "a.yaml:1: sip.trusted is \"300.1.1\" and must be an IP address, a network such as 10.0.0.0/8, or a host's name"),
        ("sip: {name_servers: [dns.example]}\n", "a.yaml:1: sip.name_servers is \"dns.example\" and must be an IP address, with :PORT where it is not 53"),
        (
            "sip: {listen: \"127.0.0.1:5060\", registrations: [700@pbx.example]}\n",
            "a.yaml:1: sip.registrations is \"700@pbx.example\" and must be USER@HOST[:PORT] [tcp] [login=NAME] [seconds=N] password=FILE"
        ),
        (
            "sip: {listen: \"127.0.0.1:5060\", registrations: [7 00@pbx.example password=x]}\n",
            "a.yaml:1: sip.registrations is \"7 00@pbx.example password=x\" and must be USER@HOST[:PORT] [tcp] [login=NAME] [seconds=N] password=FILE"
        ),
        ("sip: {listen: \"127.0.0.1:5060\", registrations: [a@b password=x, a@b password=y]}\n", "a.yaml:1: sip.registrations has one twice"),
        ("sip: {tls: {certificate: c}}\n", "sip.tls needs listen, certificate and key"),
        ("sip: {tls: {listen: \"127.0.0.1:5061\", certificate: c, key: k}}\n", "a.yaml:1: sip.tls.listen needs sip.listen"),
        ("sip: {formats: [G722]}\n", "a.yaml:1: sip.formats lacks PCMU and PCMA, one of which every telephone needs"),
        ("sip: {operators: [\"sip:1@h\"]}\n", "a.yaml:1: sip.operators is \"sip:1@h\" and must be a number, or its beginning and *"),
        ("sip: {encryption: maybe}\n", "a.yaml:1: sip.encryption is \"maybe\" and must be one of off, optional, required"),
        ("sip: {mailbox: {sources: []}}\n", "a.yaml:1: sip.mailbox.sources names no place to look"),
        (
            "sip: {mailbox: {sources: [from]}}\n",
            "a.yaml:1: sip.mailbox.sources is \"from\" and must be target, uri, diversion, history-info, p-called-party-id, to, or header:NAME"
        ),
        ("sip: {mailbox: {forwarder: first}}\n", "a.yaml:1: sip.mailbox.forwarder is \"first\" and must be one of latest, original"),
        (
            "sip:\n  mailbox:\n    rules: ['/(a)\\1/=$1']\n",
            "a.yaml:3: sip.mailbox.rules is \"/(a)\\1/=$1\" and must be PREFIX=REPLACEMENT or /PATTERN/=REPLACEMENT, the pattern without references back"
        ),
        (
            "sip: {mailbox: {accounts: [Acme=x]}}\n",
            "a.yaml:1: sip.mailbox.accounts is \"Acme=x\" and must be ACCOUNT=ADDRESS, ACCOUNT=NETWORK or ACCOUNT=:PORT"
        ),
        ("sip: {mailbox: {default: anna}}\n", "a.yaml:1: sip.mailbox.default is \"anna\" and must be NUMBER or NUMBER@ACCOUNT, or nothing"),
        ("sip: {prompts: {language: tlh}}\n", "a.yaml:1: sip.prompts.language is \"tlh\" and must be one of en, es, fr, it, ru"),
        ("archive: {kind: s3}\n", "a.yaml:1: archive.kind is s3, which needs archive.endpoint and archive.bucket"),
        ("archive: {bucket: abc}\n", "a.yaml:1: archive.bucket needs archive.kind s3"),
        ("archive: {credentials_file: abc}\n", "a.yaml:1: archive.credentials_file needs archive.kind s3"),
        (
            "archive: {kind: s3, endpoint: \"https://s3.example/x\", bucket: abc}\n",
            "a.yaml:1: archive.endpoint is \"https://s3.example/x\" and must be a URL such as https://s3.example, without a path"
        ),
        (
            "archive: {kind: s3, endpoint: \"https://s3.example\", bucket: A}\n",
            "a.yaml:1: archive.bucket is \"A\" and must be the name of a bucket, of lower-case letters, digits, - and ."
        ),
        (
            "archive: {kind: s3, endpoint: \"http://10.0.0.1\", bucket: abc}\n",
            "archive.path_style must be true where archive.endpoint is an address"
        ),
        (
            "archive: {kind: s3, endpoint: \"http://s3.example\", bucket: abc, authorities_file: ca.pem}\n",
            "a.yaml:1: archive.authorities_file needs an archive.endpoint of https"
        ),
        (
            "archive: {kind: s3, endpoint: \"http://s3.example\", bucket: abc, quota_bytes: 5}\n",
            "a.yaml:1: archive.quota_bytes is of a directory, and archive.kind is s3"
        ),
        ("archive: {encryption: AES256}\n", "a.yaml:1: archive.encryption needs archive.kind s3"),
        ("archive: {path_style: true}\n", "a.yaml:1: archive.path_style needs archive.kind s3"),
        (
            "store: {kind: postgres, url: \"postgresql://u@h/d\", maximum_pages: 100}\n",
            "a.yaml:1: store.maximum_pages is of sqlite, and store.kind is postgres"
        ),
        ("store: {statement_seconds: 1}\n", "a.yaml:1: store.statement_seconds is \"1\" and must be a whole number from 2 to 600"),
        ("store: {lock_seconds: 0}\n", "a.yaml:1: store.lock_seconds is \"0\" and must be a whole number from 1 to 600"),
        ("store: {connect_seconds: 61}\n", "a.yaml:1: store.connect_seconds is \"61\" and must be a whole number from 1 to 60"),
        (
            "store: {kind: postgres, url: \"postgresql://u@h/d\", statement_seconds: 8, lock_seconds: 8}\n",
            "a.yaml:1: store.lock_seconds must be less than store.statement_seconds"
        ),
        (
            "store: {kind: postgres, url: \"postgresql://u@h,i/d?target_session_attrs=any\"}\n",
            "a.yaml:1: store.url has target_session_attrs=any in it, which may lead to a standby: leave it out, or say read-write"
        ),
        ("archive: {part_bytes: 1000}\n", "a.yaml:1: archive.part_bytes is \"1000\" and must be a whole number from 5242880 to 1073741824"),
        ("- a\n- b\n", "a.yaml:1: the file is not a list of `key: value`"),
        ("data: [1, [2]]\n", "a.yaml:1: data may hold plain values only"),
    ])
    func whatIsWrongIsNamed(_ yaml: String, _ expected: String) {
        #expect(problems(yaml).contains(expected), "\(problems(yaml))")
    }

    @Test func theLimitsOfANumberAreGood() throws {
        #expect(try read("limits: {pin_length: 4}").limits.maximumPinLength == 4)
        #expect(try read("limits: {pin_length: 64}").limits.maximumPinLength == 64)
    }

    @Test func aBucketIsReadWithItsCredentials() throws {
        let yaml = """
            archive: { kind: s3, endpoint: "https://s3.example", bucket: voicemail, region: eu-west-1, path_style: true, prefix: "" }
            """
        let given = try #require(try read(yaml, ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": "T"]).archive.s3)
        #expect(given.endpoint.description == "https://s3.example" && given.bucket == "voicemail" && given.region == "eu-west-1")
        #expect(given.pathStyle && given.prefix.isEmpty && given.authorities == nil && given.encryption == .bucket)
        #expect(given.credentials == S3Credentials(accessKey: "A", secretKey: "S", sessionToken: "T").map(CredentialSource.given))
        #expect(try read(yaml).archive.s3?.credentials == CredentialSource.none)
        // A file that is named wins.
        let named = try read(yaml, ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AFTERTONE_ARCHIVE_CREDENTIALS_FILE": "/etc/keys"])
        #expect(named.archive.s3?.credentials == .file("/etc/keys"))
        #expect(try read("").archive.s3 == nil)
    }

    @Test func mailGoesToTheUsualPort() throws {
        #expect(try read("").mail == nil)
        for (security, port) in [("tls", 465), ("starttls", 587), ("none", 25)] {
            let mail = try #require(try read("mail: {host: mx, from: a@b, security: \(security)}").mail)
            #expect(mail.port == port && mail.security.rawValue == security && mail.sender.text == "a@b" && mail.login == nil)
        }
        #expect(try read("mail: {host: mx, from: a@b, port: 2525}").mail?.port == 2525)
    }

    @Test func everythingWrongIsToldAtOnce() {
        let found = problems("log: {level: loud}\nzebra: 1\nlimits: {pin_length: x}\n", ["AFTERTONE_AUDIO_CACHE_BYTES": "-1"])
        #expect(found.count == 4)
    }

    @Test func brokenYAMLIsToldWithItsLine() {
        for yaml in ["data: \"x\n", "a: b: c\n", "data: 1\ndata: 2\n", "data: &a [*b]\n", "\u{1}"] {
            let found = problems(yaml)
            #expect(found.count >= 1, "\(yaml)")
        }
        #expect(problems("data: x\n  y: [\n").first?.hasPrefix("a.yaml:2: no YAML: ") == true)
    }

    @Test func randomBytesNeverCrashIt() async {
        var random = SeededRandom(seed: 1)
        let pieces = ["data", ":", " ", "\n", "-", "[", "]", "{", "}", "\"", "http", "listen", "1", "&a", "*a", "|", ">", "\t", "#", "é", "\0"]
        for _ in 0..<500 {
            let yaml = (0..<Int.random(in: 1...20, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            _ = problems(yaml)
            await Task.yield()
        }
    }

    @Test func aFileThatIsNotThereIsRefused() {
        #expect(throws: ConfigurationError.self) { try Configuration.load(file: "/nowhere/a.yaml", environment: [:]) }
    }
}
