import Foundation
import Voicemail

/// Debian's Postfix with a configuration and a queue of its own, on a port of the loopback interface: mail is submitted over STARTTLS by who logs in (Cyrus
/// SASL), and goes into a maildir. It ends with the process, however that ends.
public final class Postfix: Sendable {
    public struct NotReady: Error { public let log: String }

    public static let login = (name: "aftertone", password: "correct horse")
    /// Bytes of a mail that it takes.
    public static let largest = 300_000

    public let port: Int
    /// What vouches for it, and the password, as files.
    public let authorities: String
    public let passwordFile: String
    private let directory: String
    private let process: ChildProcess
    /// While it is open the server runs.
    private let leash: Pipe

    /// It runs as root, and its parts as users of its own.
    public static let isAvailable =
        geteuid() == 0
        && ["/usr/lib/postfix/sbin/master", "/usr/sbin/saslpasswd2"].allSatisfy {
            FileManager.default.fileExists(atPath: $0)
        }

    private static let script = """
        set -eu
        directory=$1 port=$2 name=$3 password=$4 largest=$5
        # Another one's leash, as of PostgreSQL.
        for file in /proc/$$/fd/*; do
            number=${file##*/}
            if [ "$number" -gt 2 ] && [ "$number" -ne 255 ]; then eval "exec $number>&-"; fi
        done
        trap 'touch "$directory/over" 2>/dev/null || true' EXIT
        mkdir -p "$directory/etc/sasl" "$directory/queue" "$directory/data" "$directory/mail"
        chmod 755 "$directory" "$directory/etc" "$directory/etc/sasl"
        chown postfix "$directory/data"
        chown nobody "$directory/mail"
        cat > "$directory/etc/main.cf" <<END
        compatibility_level = 3.6
        queue_directory = $directory/queue
        data_directory = $directory/data
        meta_directory = /etc/postfix
        command_directory = /usr/sbin
        daemon_directory = /usr/lib/postfix/sbin
        shlib_directory = /usr/lib/postfix
        mail_owner = postfix
        setgid_group = postdrop
        maillog_file = $directory/mail.log
        maillog_file_prefixes = $directory
        myhostname = mail.example.org
        mydestination =
        mynetworks =
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        virtual_mailbox_domains = example.org
        virtual_mailbox_base = $directory/mail
        virtual_mailbox_maps = static:all/
        virtual_uid_maps = static:$(id -u nobody)
        virtual_gid_maps = static:$(id -g nobody)
        virtual_mailbox_limit = 0
        message_size_limit = $largest
        smtpd_tls_cert_file = $directory/certificate.pem
        smtpd_tls_key_file = $directory/key.pem
        smtpd_tls_security_level = encrypt
        smtpd_sasl_auth_enable = yes
        smtpd_sasl_type = cyrus
        smtpd_sasl_path = smtpd
        smtpd_sasl_local_domain = mail.example.org
        smtpd_relay_restrictions = permit_sasl_authenticated, reject
        END
        cat > "$directory/etc/master.cf" <<END
        127.0.0.1:$port inet n - n - - smtpd
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        flush unix n - n 1000 0 flush
        proxymap unix - - n - - proxymap
        error unix - - n - - error
        retry unix - - n - - error
        virtual unix - n n - - virtual
        anvil unix - - n - 1 anvil
        tlsmgr unix - - n 1000 1 tlsmgr
        postlog unix-dgram n - n - 1 postlogd
        END
        cat > "$directory/etc/sasl/smtpd.conf" <<END
        pwcheck_method: auxprop
        auxprop_plugin: sasldb
        mech_list: PLAIN LOGIN
        sasldb_path: $directory/sasldb2
        END
        printf '%s' "$password" | saslpasswd2 -p -c -f "$directory/sasldb2" -u mail.example.org "$name"
        chmod 644 "$directory/sasldb2"
        postfix -c "$directory/etc" check
        /usr/lib/postfix/sbin/master -c "$directory/etc" -s &
        server=$!
        until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do kill -0 $server; sleep 0.05; done
        touch "$directory/ready"
        read -r nothing || true
        kill $server || true
        wait $server || true
        rm -rf "$directory"
        """

    /// Runs `body` with one, and ends it whatever becomes of that.
    public static func run(_ body: (Postfix) async throws -> Void) async throws {
        let postfix = try await Postfix(TestCertificates.first)
        let result = await Result { () async throws -> Void in try await body(postfix) }
        try await postfix.stop()
        try result.get()
    }

    private init(_ certificate: TestCertificates.Pair) async throws {
        directory = FileManager.default.temporaryDirectory.path + "/aftertone-postfix-" + String(HexID.random().prefix(8))
        port = try FreePort.draw()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        (authorities, passwordFile) = (directory + "/certificate.pem", directory + "/password")
        let log = directory + "/log", script = directory + "/run.sh"
        for (path, text) in [
            (authorities, certificate.certificate), (directory + "/key.pem", certificate.key), (passwordFile, Self.login.password + "\n"),
            (script, Self.script), (log, ""),
        ] { try text.write(toFile: path, atomically: true, encoding: .utf8) }
        let output = try FileHandle(forWritingTo: URL(filePath: log))
        leash = Pipe.closing()
        process = try ChildProcess(
            ["bash", script, directory, String(port), Self.login.name, Self.login.password, String(Self.largest)],
            input: leash.fileHandleForReading.fileDescriptor, output: output.fileDescriptor, errors: output.fileDescriptor)
        try output.close()
        let end = ContinuousClock.now + .seconds(300)
        while !FileManager.default.fileExists(atPath: directory + "/ready") {
            guard ContinuousClock.now < end, !isOver else { throw NotReady(log: (try? String(contentsOfFile: log, encoding: .utf8)) ?? "") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private var isOver: Bool {
        FileManager.default.fileExists(atPath: directory + "/over") || !FileManager.default.fileExists(atPath: directory)
    }

    /// The mails that have come once as many are there, as they lie in the maildir, in no particular order.
    public func mails(_ count: Int) async throws -> [MIMEPart] {
        let inbox = directory + "/mail/all/new"
        while true {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: inbox)) ?? []
            guard names.count < count else {
                return try names.map { name in
                    let text = String(decoding: try Data(contentsOf: URL(filePath: "\(inbox)/\(name)")), as: UTF8.self)
                    return MIMEPart(text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
                }
            }
            guard !isOver else { throw NotReady(log: (try? String(contentsOfFile: directory + "/mail.log", encoding: .utf8)) ?? "") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Ends it, and removes all that it had.
    private func stop() async throws {
        try leash.fileHandleForWriting.close()
        _ = await process.status()
    }
}
