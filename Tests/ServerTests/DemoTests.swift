import Foundation
import TestKit
import Testing

/// What `aftertone demo` prints works when it is pasted into a shell.
@Suite struct DemoTests {
    @Test func thePrintedLinesWork() async throws {
        try await CommandLineProgram.running(["demo", "--listen", "127.0.0.1:0"]) { program in
            let lines = await program.lines(upTo: "Everything here is thrown away")
            let commands = lines.filter { $0.hasPrefix("  ") }.map { $0.dropFirst(2) }
            #expect(commands.count >= 7, "\(lines)")
            try await TemporaryDirectory.run { directory in
                let outcome = try await Shell.run(
                    commands.joined(separator: "\n") + "\n", environment: ProcessInfo.processInfo.environment, in: directory.path)
                #expect(outcome.status == 0, "\(outcome.output)")
                #expect(!outcome.output.contains(#""status":"error""#), "\(outcome.output)")
                #expect(outcome.output.contains(#""media_id""#))
                let sound = try Data(contentsOf: URL(filePath: directory.path + "/message.wav"))
                #expect(sound.starts(with: Data("RIFF".utf8)))
                let zip = try Data(contentsOf: URL(filePath: directory.path + "/messages.zip"))
                #expect(zip.starts(with: Data("PK".utf8)))
            }
            // The page, with what is printed of it.
            let page = try #require(lines.first { $0.hasPrefix("web page  ") })
            let printed = try #require(page.firstMatch(of: /(http[^ ]*)   account (.*)   user (.*)   password (.*)/)).output
            let (address, account, user, password) = (String(printed.1), String(printed.2), String(printed.3), String(printed.4))
            try await TemporaryDirectory.run { directory in
                let script = """
                    curl -sS -c jar -o login.html \(address)login
                    FORM=$(sed -n 's/.*name="form" value="\\([0-9a-f]*\\)".*/\\1/p' login.html)
                    curl -sS -f -L -b jar -c jar -d form=$FORM -d to= --data-urlencode 'account=\(account)' -d 'user=\(user)' -d 'password=\(password)' \(address)login

                    """
                let outcome = try await Shell.run(script, environment: ProcessInfo.processInfo.environment, in: directory.path)
                #expect(outcome.status == 0 && outcome.output.contains("<audio controls"), "\(outcome.output)")
            }
            program.send(SIGINT)
            #expect(await program.status() == 0)
        }
    }
}
