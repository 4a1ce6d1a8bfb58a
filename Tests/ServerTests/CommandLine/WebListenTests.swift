import TestKit
import Testing
import Voicemail

/// `web.listen` as the program has it.
@Suite struct WebListenTests {
    @Test("Each address is told with what is there, and the set-up page only where it is")
    func told() async throws {
        try await TemporaryDirectory.run { scratch in
            let arguments = ["serve", "--data", scratch.path + "/d", "--listen", "127.0.0.1:0"], page = ["AFTERTONE_WEB_LISTEN": "127.0.0.1:0"]
            try await CommandLineProgram.running(arguments, environment: page) { program in
                // In the order in which they come to accept.
                var lines = await program.lines(upTo: "listening on ")
                while lines.count < 3 { lines += await program.lines(upTo: "http://") }
                let own = try #require(lines.firstIndex { $0.hasPrefix("the web page is listening on http://127.0.0.1:") })
                #expect(lines.count { $0.hasPrefix("listening on http://127.0.0.1:") } == 1)
                let address = lines[own].dropFirst("the web page is listening on ".count)
                #expect(lines.filter { $0.hasPrefix("set it up at ") }.allSatisfy { $0.hasPrefix("set it up at \(address)/setup?code=") }, "\(lines)")
                #expect(lines.contains { $0.hasPrefix("set it up at ") })
            }
            try await CommandLineProgram.running(arguments + ["--json"], environment: page) { program in
                var pages: [JSON?] = []
                while pages.count < 2 {
                    let line = try JSON.parse(try #require(await program.lines(upTo: "{").last))
                    if line.text("id") == "listener" { pages.append(line["page"]) }
                }
                #expect(pages.contains(true) && pages.contains(nil))
            }
        }
    }

    @Test("An address that somebody has, and one that the command line gives to the interfaces, are refused before anything is served")
    func refused() async throws {
        try await TemporaryDirectory.run { scratch in
            try await CommandLineProgram.running(["serve", "--data", scratch.path + "/d", "--listen", "127.0.0.1:0"]) { program in
                let port = try #require(await program.port())
                let taken = try await CommandLineProgram.run(
                    ["serve", "--data", scratch.path + "/e", "--listen", "127.0.0.1:0"], environment: ["AFTERTONE_WEB_LISTEN": "127.0.0.1:\(port)"])
                #expect(taken.status == 1 && taken.errors.contains("aftertone: cannot listen on 127.0.0.1:\(port): Address already in use"), "\(taken.errors)")
            }
            let both = try await CommandLineProgram.run(
                ["serve", "--data", scratch.path + "/f", "--listen", "127.0.0.1:1"], environment: ["AFTERTONE_WEB_LISTEN": "127.0.0.1:1"])
            #expect(both.status == 2 && both.errors.contains("http://127.0.0.1:1 is the page's own, by web.listen"), "\(both.errors)")
            let bad = try await CommandLineProgram.run(["serve", "--data", scratch.path + "/g"], environment: ["AFTERTONE_WEB_LISTEN": "127.0.0.1"])
            #expect(bad.status == 1 && bad.refusal == "web.listen is \"127.0.0.1\" and must be http://HOST:PORT or https://HOST:PORT", "\(bad.errors)")
        }
    }
}
