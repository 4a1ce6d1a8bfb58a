import ArgumentParser
import Server

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Exit status: 0 done, 1 refused, 2 wrong usage. The parser's own would be 64 for the last.
@main
enum EntryPoint {
    static func main() async {
        // A program that is started without its standard descriptors would give their numbers to files of its own.
        for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 { _ = open("/dev/null", O_RDWR) }
        // Files that the program makes are for its user alone.
        umask(0o077)
        // A reader that goes away is an error of a write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        // A limit on the size of files is a write that fails, and not the end.
        signal(SIGXFSZ, SIG_IGN)
        // Without it the C library looks at /etc/localtime's status for each line of the log, three times and under a lock.
        setenv("TZ", ":/etc/localtime", 0)
        // How wide characters are on a terminal, the C library knows only of a character set.
        setlocale(LC_CTYPE, "C.UTF-8")
        exit(concluded(await run()))
    }

    private static func run() async -> Int32 {
        do {
            var command = try Aftertone.parseAsRoot(ArgumentOrder.settled(Array(CommandLine.arguments.dropFirst())))
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            return report(error)
        }
    }

    /// Output that could not be written is a failure, also of help and versions; a reader that has closed the pipe is none.
    private static func concluded(_ status: Int32) -> Int32 {
        guard let code = Terminal.failure, code != EPIPE else { return status }
        Terminal.complain("aftertone: standard output cannot be written: \(String(cString: strerror(code)))")
        return status == 0 ? 1 : status
    }

    private static func report(_ error: any Error) -> Int32 {
        switch error {
        case let code as ExitCode: return code.rawValue
        case is Refusal: break
        default:
            let message = Aftertone.fullMessage(for: error)
            switch Aftertone.exitCode(for: error) {
            case .success:
                Terminal.print(message)
                return 0
            case .validationFailure:
                // The message quotes the command line, which may hold control characters.
                for line in message.split(separator: "\n", omittingEmptySubsequences: false) { Terminal.complain(Terminal.visible(String(line))) }
                return 2
            default: break
            }
        }
        Terminal.complain("aftertone: " + Terminal.visible(Wording.text(for: error)))
        return 1
    }
}

struct Aftertone: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aftertone", abstract: "A voicemail and call-recording server that speaks the REST interfaces of KAZOO, Yeastar and OpenVox systems.",
        version: "aftertone \(Version.number)",
        subcommands: [
            ServeCommand.self, DemoCommand.self, AccountCommand.self, UserCommand.self, MailboxCommand.self, MessageCommand.self, RecordingCommand.self,
            GreetingCommand.self, WebhookCommand.self, KeyCommand.self, TokenCommand.self, ExplainCommand.self, PromptsCommand.self, OutboxCommand.self,
            MailCommand.self,
            LoginCommand.self, HoldCommand.self, RetentionCommand.self, EraseCommand.self, AuditCommand.self,
            StatusCommand.self, DoctorCommand.self, ImportCommand.self, VerifyCommand.self, BackupCommand.self, RestoreCommand.self, MoveCommand.self,
            RotateKeyCommand.self,
            ConfigCommand.self, VersionCommand.self,
        ])
}
