import Foundation
import TestKit
import Testing
import Voicemail

/// What `deploy` hands out fits what the server does.
@Suite struct DeployTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String { try String(contentsOf: root.appending(path: path), encoding: .utf8) }

    /// Runs lines with what `scripts/install` has installed.
    private static func paste(_ lines: String) async throws {
        try await TemporaryDirectory.run { scratch in
            let outcome = try await Shell.run(lines, environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"], in: scratch.path)
            #expect(outcome.status == 0, "\(outcome.output)")
        }
    }

    /// `MetricsTests` holds the table to what is served.
    @Test(arguments: ["deploy/prometheus/aftertone.rules.yaml", "deploy/grafana/aftertone.json"])
    func everyMetricThatIsNamedIsServedWithItsLabels(_ path: String) throws {
        let documented = try MetricsTests.documented()
        var named: Set<String> = []
        let text = try Self.text(path).replacing("\\\"", with: "\"")
        // `aftertone_…{job="…", status=~"…"}`; the rules' own names and titles begin otherwise.
        for match in text.matches(of: /\b((?:aftertone|process)_[a-z_]+)(?:\{([^}]*)\})?/) {
            let name = String(match.1).replacing(/_(bucket|count|sum)$/, with: "")
            let labels = try #require(documented[name], "\(path): \(match.1)")
            named.insert(name)
            for label in (match.2 ?? "").matches(of: /([a-z_]+)\s*(?:=~|!=|!~|=)/).map({ String($0.1) }) where !["job", "instance"].contains(label) {
                #expect(labels.contains(label), "\(path): \(name) has no label \(label)")
            }
        }
        if path.hasSuffix(".json") {
            let unseen = Set(documented.keys).subtracting(named)
            #expect(unseen == [], "\(path) shows nothing of \(unseen)")
            _ = try JSON.parse(try Self.text(path))
        }
    }

    @Test func everyRuleIsTriedAndSaysNothingWhenAllIsWell() async throws {
        let rules = Set(try Self.text("deploy/prometheus/aftertone.rules.yaml").matches(of: /- alert: (\w+)/).map { String($0.1) })
        let tests = try Self.text("deploy/prometheus/aftertone.test.yaml")
        let tried = Set(tests.matches(of: /alertname: (\w+)\n\s+exp_alerts:\n\s+- exp_labels/).map { String($0.1) })
        let silent = Set(tests.matches(of: /alertname: (\w+), exp_alerts: \[\]/).map { String($0.1) })
        #expect(rules.count > 10)
        #expect(tried == rules && silent == rules)
        try await Self.paste(
            "cd '\(Self.root.appending(path: "deploy/prometheus").path)' && promtool check rules aftertone.rules.yaml && promtool test rules aftertone.test.yaml"
        )
    }

    @Test func theUnitLeavesLittleOpen() async throws {
        try await Self.paste(
            "cd '\(Self.root.appending(path: "deploy/systemd").path)' && systemd-analyze security --offline=yes --threshold=20 --no-pager aftertone.service")
    }

    /// systemd takes the units, and listens where the configuration of the package does.
    @Test func theSocketUnitIsGood() async throws {
        let socket = try Self.text("deploy/systemd/aftertone.socket")
        #expect(socket.contains("\nListenStream=127.0.0.1:8080\n") && socket.contains("\nFileDescriptorName=http\n"))
        #expect(try Self.text("docs/aftertone.example.yaml").contains("listen: [\"http://127.0.0.1:8080\"]"))
        try await Self.paste(
            """
            for unit in aftertone.service aftertone.socket; do sed 's,/usr/bin/aftertone,/bin/true,' "\(Self.root.appending(path: "deploy/systemd").path)/$unit" >$unit; done
            systemd-analyze verify --man=no "$PWD/aftertone.socket" 2>&1 | tee told
            test ! -s told
            """)
    }

    /// The unit starts what is there, and the program takes the sample that the package makes its configuration.
    @Test func theUnitsLineIsGood() async throws {
        let unit = try Self.text("deploy/systemd/aftertone.service")
        #expect(unit.contains("ExecStart=/usr/bin/aftertone serve --config /etc/aftertone/aftertone.yaml\n"))
        try await TemporaryDirectory.run { scratch in
            let place = Self.root.appending(path: "scripts/place").path
            let outcome = try await Shell.run(
                "'\(place)' '\(CommandLineProgram.executable.path)' '\(scratch.path)/root' /usr", environment: ["PATH": "/usr/bin:/bin"], in: scratch.path)
            #expect(outcome.status == 0, "\(outcome.output)")
            let root = scratch.path + "/root"
            let shown = try await CommandLineProgram.run(["config", "show", "data", "--json", "--config", root + "/etc/aftertone/aftertone.yaml"])
            #expect(shown.json.array?.first?["value"] == "/var/lib/aftertone", "\(shown.errors)")
            let pages = try FileManager.default.contentsOfDirectory(atPath: root + "/usr/share/man/man1")
            for page in ["aftertone.1.gz", "aftertone-serve.1.gz", "aftertone-message.1.gz", "aftertone-status.1.gz"] { #expect(pages.contains(page)) }
            let page = try await Shell.run("zcat '\(root)/usr/share/man/man1/aftertone-message.1.gz'", environment: ["PATH": "/usr/bin:/bin"], in: scratch.path)
            #expect(page.output.contains("play\\-to\\-file") && page.output.contains("\\-\\-mailbox"))
            // Elsewhere everything is below the prefix.
            let local = try await Shell.run(
                "'\(place)' '\(CommandLineProgram.executable.path)' '\(scratch.path)/local' /opt/aftertone && cat local/opt/aftertone/lib/systemd/system/aftertone.service",
                environment: ["PATH": "/usr/bin:/bin"], in: scratch.path)
            #expect(
                local.output.contains("ExecStart=/opt/aftertone/bin/aftertone serve --config /opt/aftertone/etc/aftertone/aftertone.yaml"), "\(local.output)")
        }
    }

    /// Old backups go, whole ones are counted, and what is half-made counts for nothing.
    @Test func oldBackupsArePruned() async throws {
        try await Tool.run { tool, scratch in
            _ = try await tool.json("account", "create", "Acme")
            let backups = scratch.path + "/backups"
            let bin = CommandLineProgram.executable.deletingLastPathComponent().path
            func back(_ keep: String) async throws -> Shell.Outcome {
                try await Shell.run(
                    "'\(Self.root.appending(path: "deploy/systemd/backup").path)'",
                    environment: ["PATH": bin + ":/usr/bin:/bin", "AFTERTONE_DATA": tool.data, "AFTERTONE_BACKUPS": backups, "KEEP": keep], in: scratch.path)
            }
            for name in ["20200101T000000Z", "20210101T000000Z"] {
                try FileManager.default.createDirectory(atPath: "\(backups)/\(name)", withIntermediateDirectories: true)
                try Data().write(to: URL(filePath: "\(backups)/\(name)/manifest"))
            }
            try FileManager.default.createDirectory(atPath: "\(backups)/20220101T000000Z", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: "\(backups)/notes", withIntermediateDirectories: true)
            let first = try await back("2")
            #expect(first.status == 0, "\(first.output)")
            let kept = try FileManager.default.contentsOfDirectory(atPath: backups).sorted()
            #expect(kept.count == 3 && kept.contains("20210101T000000Z") && kept.contains("notes"), "\(kept)")
            // The one just made can be restored.
            let newest = try #require(kept.last { $0.hasSuffix("Z") })
            #expect(try await CommandLineProgram.run(["restore", "\(backups)/\(newest)", "--data", scratch.path + "/restored"]).status == 0)
            #expect(try await back("0").status == 2)
        }
    }
}
