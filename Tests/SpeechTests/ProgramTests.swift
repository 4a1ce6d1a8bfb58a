import Foundation
import NIOPosix
import Testing

@testable import Speech

struct ProgramTests {
    private static func shell(_ script: String) -> Program {
        Program(path: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
    }

    @Test("What a program is told, what it says and how it ends; its arguments and variables are those given and nothing else")
    func conversation() throws {
        signal(SIGPIPE, SIG_IGN)
        #expect(try Self.shell("cat >&2; exit 7").run(telling: "a $(id)\n") == Program.Ending(status: 7, complaint: "a $(id)\n", heardAll: true))
        var echo = Program(path: "/bin/sh", arguments: ["-c", "printf '<%s>' \"$@\" >&2; env >&2", "x", "a b", "$(id)", ""])
        echo.environment = ["ONLY": "this"]
        let said = try echo.run(telling: "").complaint
        #expect(said.hasPrefix("<a b><$(id)><>") && said.contains("ONLY=this") && !said.contains("HOME="))
        #expect(try Self.shell("kill -9 $$").run(telling: "").status == -9)
        // A signal that the server ignores ends a program as everywhere else.
        #expect(try Self.shell("kill -PIPE $$").run(telling: "").status == -SIGPIPE)
        #expect(throws: Program.Failure.notStarted("No such file or directory")) { try Program(path: "/nowhere/x").run(telling: "") }
    }

    @Test("More than a pipe holds goes in and comes out at once; what is said is kept up to its bound")
    func bounds() throws {
        signal(SIGPIPE, SIG_IGN)
        let text = String(repeating: "x", count: 1 << 20)
        var program = Self.shell("cat >&2")
        program.longestComplaint = 1000
        let ending = try program.run(telling: text)
        #expect(ending == Program.Ending(status: 0, complaint: String(repeating: "x", count: 1000), heardAll: true))
        let deaf = try Self.shell("exec 0<&-; exit 3").run(telling: text)
        #expect(deaf == Program.Ending(status: 3, complaint: "", heardAll: false))
    }

    @Test("A program that does not end is killed at its time, even one that closed all it had", arguments: ["cat; sleep 600", "exec 0<&- 2>&-; sleep 600"])
    func tooLong(_ script: String) {
        var program = Self.shell("exec 1>&-; " + script)
        program.timeLimit = .milliseconds(300)
        #expect(throws: Program.Failure.tooLong) { try program.run(telling: "") }
    }

    @Test("Hundreds are started at once while thousands of descriptors are open and more come and go: none gets any of them")
    func manyDescriptors() async throws {
        signal(SIGPIPE, SIG_IGN)
        // Half of what the process may have, and not more than thousands.
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let held = (0..<min(4000, Int(limit.rlim_cur) / 2)).map { _ in open("/dev/null", O_RDONLY) }
        defer { for descriptor in held where descriptor >= 0 { close(descriptor) } }
        try #require(held.allSatisfy { $0 >= 0 })
        let pool = NIOThreadPool(numberOfThreads: 100)
        pool.start()
        let program = Self.shell("cat >&2; echo /proc/self/fd/* >&2")
        try await withThrowingTaskGroup(of: Program.Ending.self) { group in
            for number in 0..<300 {
                group.addTask {
                    try await pool.runIfActive {
                        for _ in 0..<10 { close(dup(held[number])) }
                        return try program.run(telling: "\(number)\n")
                    }
                }
            }
            var numbers: Set<Int> = []
            for try await ending in group {
                let lines = ending.complaint.split(separator: "\n")
                if let number = lines.first.flatMap({ Int($0) }) { numbers.insert(number) }
                #expect(ending.status == 0 && ending.heardAll)
                // Those three, and the shell's own while it lists them.
                #expect(lines.last == "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3", "\(ending.complaint)")
            }
            #expect(numbers == Set(0..<300))
        }
        try await pool.shutdownGracefully()
    }
}
