import Foundation
import TestKit
import Testing

/// A certificate that certbot renews is what clients see, and nothing is started anew for it.
@Suite struct CertificateRenewalTests {
    private static let hook = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "deploy/certbot/certificate").path

    /// A directory as certbot keeps it: links to the newest of each file. Each issue has a key and a serial number of its own.
    private struct Lineage {
        let scratch: TemporaryDirectory
        var path: String { scratch.path + "/live/voice.example.com" }

        func issue(_ number: Int) async throws {
            try await run(
                """
                mkdir -p live/voice.example.com archive/voice.example.com
                cd archive/voice.example.com
                [ -f ca.pem ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -subj /CN=authority -days 2 2>/dev/null
                openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout privkey\(number).pem -out request.pem -subj /CN=voice.example.com 2>/dev/null
                printf 'subjectAltName=DNS:voice.example.com' >names
                openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -set_serial \(number) -days 1 -extfile names -out cert\(number).pem 2>/dev/null
                cat cert\(number).pem ca.pem >fullchain\(number).pem
                chmod 600 privkey\(number).pem
                cd ../../live/voice.example.com
                for file in privkey fullchain; do ln -sf "../../archive/voice.example.com/${file}\(number).pem" "$file.pem"; done
                """)
        }

        /// What certbot does after a renewal.
        @discardableResult
        func deploy(_ settings: String, domains: String = "voice.example.com www.example.com") async throws -> Shell.Outcome {
            let file = try scratch.write(settings, to: "settings")
            return try await run(
                "exec '\(hook)'", ["RENEWED_LINEAGE": path, "RENEWED_DOMAINS": domains, "SETTINGS": file, "PATH": scratch.path + "/bin:/usr/bin:/bin"])
        }

        @discardableResult
        func run(_ lines: String, _ environment: [String: String] = ["PATH": "/usr/bin:/bin"]) async throws -> Shell.Outcome {
            let outcome = try await Shell.run(lines, environment: environment, in: scratch.path)
            #expect(outcome.status == 0, "\(outcome.output)")
            return outcome
        }

        /// The serial number of the certificate that a client is shown who trusts the authority and asks for the name.
        func shown(at port: Int) async throws -> String {
            try await run(
                """
                echo | openssl s_client -connect 127.0.0.1:\(port) -servername voice.example.com -verify_hostname voice.example.com -verify_return_error \
                    -CAfile archive/voice.example.com/ca.pem 2>/dev/null | openssl x509 -noout -serial
                """
            ).output.trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    @Test func clientsAndPeersSeeTheRenewedOne() async throws {
        try await TemporaryDirectory.run { scratch in
            let lineage = Lineage(scratch: scratch), tls = scratch.path + "/tls"
            let settings = "DIRECTORY='\(tls)'\nGROUP=$(id -g)\nDOMAIN=voice.example.com\n"
            try await lineage.issue(1)
            try await lineage.deploy(settings + "RELOAD=true\n")
            let modes = try await lineage.run("stat -c '%a %n' tls tls/privkey.pem tls/fullchain.pem").output
            #expect(modes == "750 tls\n640 tls/privkey.pem\n640 tls/fullchain.pem\n")
            let files = ["CERTIFICATE": tls + "/fullchain.pem", "KEY": tls + "/privkey.pem"]
            var environment = [
                "AFTERTONE_WEB_LISTEN": "https://127.0.0.1:0", "AFTERTONE_SIP_LISTEN": "127.0.0.1:0", "AFTERTONE_SIP_TLS_LISTEN": "127.0.0.1:0",
                "AFTERTONE_HTTP_DEADLINES_CERTIFICATE_CHECK_SECONDS": "3600",
            ]
            for (name, path) in files {
                environment["AFTERTONE_HTTP_TLS_" + name] = path
                environment["AFTERTONE_SIP_TLS_" + name] = path
            }
            let arguments = ["serve", "--data", scratch.path + "/data", "--listen", "https://127.0.0.1:0"]
            try await CommandLineProgram.running(arguments, environment: environment) { program in
                var ports: [String: Int] = [:]
                while ports.count < 4 {
                    let line = try #require(await program.lines(upTo: "listening on ").last)
                    let scheme = try #require(line.firstMatch(of: /^(?:the (web) page is )?listening on (https|sips|sip):/))
                    let port: Int = try #require(line.split(separator: ":").last.flatMap { Int($0) })
                    ports[String(scheme.1 ?? scheme.2)] = port
                }
                let http = try #require(ports["https"]), page = try #require(ports["web"]), sip = try #require(ports["sips"])
                for port in [http, page] { #expect(try await lineage.shown(at: port) == "serial=01") }
                #expect(try await lineage.shown(at: sip) == "serial=01")
                try await lineage.issue(2)
                // One that is for somebody else changes nothing.
                try await lineage.deploy(settings + "RELOAD=false\n", domains: "other.example.com")
                #expect(try await lineage.shown(at: http) == "serial=01")
                // What the unit's reload does.
                let systemctl = try scratch.write(
                    "#!/bin/sh\ncase \"$*\" in '--quiet is-active aftertone') ;; 'reload aftertone') kill -HUP \(program.id) ;; *) exit 1 ;; esac\n",
                    to: "systemctl")
                try await lineage.run("mkdir -p bin && mv '\(systemctl)' bin/systemctl && chmod 755 bin/systemctl")
                try await lineage.deploy(settings)
                while try !program.errors().contains("certificate reloaded") { try await Task.sleep(for: .milliseconds(10)) }
                for port in [http, page] { #expect(try await lineage.shown(at: port) == "serial=02") }
                while try await lineage.shown(at: sip) != "serial=02" { try await Task.sleep(for: .milliseconds(50)) }
                #expect(try FileManager.default.contentsOfDirectory(atPath: tls).sorted() == ["fullchain.pem", "privkey.pem"])
                program.send(SIGTERM)
                #expect(await program.status() == 0)
            }
        }
    }
}
