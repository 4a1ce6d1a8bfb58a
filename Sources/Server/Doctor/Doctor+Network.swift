import Delivery
import Foundation
import NIOCore
import NIOPosix
import Prompts
import SIP
import Speech
import Telephone
import Voicemail

/// Names, mail and the telephone.
extension Doctor {
    /// Whether names are found: the mail server's, else this machine's own.
    func names() async -> [Finding] {
        var hosts = [configuration.mail?.host].compactMap(\.self)
        if hosts.isEmpty { hosts = [ProcessInfo.processInfo.hostName] }
        var findings: [Finding] = []
        for host in hosts where NetworkAddress(host) == nil {
            do {
                let addresses = try await NIOThreadPool.singleton.runIfActive { try Self.addresses(of: host) }
                findings.append(Finding("dns", .good, "\(host) is \(addresses.joined(separator: ", "))"))
            } catch {
                findings.append(Finding("dns", configuration.mail == nil ? .doubtful : .bad, "there is no address of \(host)"))
            }
        }
        return findings
    }

    private static func addresses(of host: String) throws -> [String] {
        let first = try SocketAddress.makeAddressResolvingHost(host, port: 0)
        return [first.ipAddress].compactMap(\.self)
    }

    /// Whether the mail server takes us, without sending a mail.
    func mail() async -> [Finding] {
        guard let server = configuration.mail else { return [Finding("mail", .good, "mail.host names no server, so no mail is sent")] }
        do {
            try await NIOThreadPool.singleton.runIfActive { try server.tryOut() }
            return [Finding("mail", .good, "\(server.host):\(server.port) takes our connection" + (server.login == nil ? "" : " and our password"))]
        } catch let error as OutgoingMailError {
            return [Finding("mail", .bad, "\(server.host):\(server.port): \(error.reason)")]
        } catch {
            return [Finding("mail", .bad, "\(server.host):\(server.port): \(error)")]
        }
    }

    /// Whether the telephone has a voice for all it says.
    func prompts() async -> [Finding] {
        guard let installation, configuration.telephone.listen != nil else { return [] }
        let synthesizer = EspeakSynthesizer(searchPath: ProcessInfo.processInfo.environment["PATH"] ?? "", pool: .singleton)
        let voices = PromptVoices(configuration.prompts, service: installation.service, synthesizer: synthesizer)
        var findings: [Finding] = []
        for tag in configuration.prompts.languages {
            let report = await voices.check(tag)
            if report.isGood {
                findings.append(Finding("prompts", .good, "\(tag): every phrase has a voice"))
            } else {
                let hint = report.package.map { "; the voice is in Debian's package \($0)" } ?? ""
                findings.append(Finding("prompts", .bad, "\(tag): \(report.toned.count + report.foreign.count) phrases have no voice\(hint)"))
            }
        }
        return findings
    }

    // MARK: The telephone

    func telephone() async throws -> [Finding] {
        let settings = configuration.telephone
        guard let listen = settings.listen else {
            return pbxs.isEmpty
                ? [Finding("telephone", .good, "sip.listen names no address, so no calls are taken")] : try await answers(pbxs.map { ($0, true) })
        }
        var findings: [Finding] = []
        let pairs = settings.ports.count / 2
        if pairs < settings.limits.calls {
            findings.append(Finding("telephone", .doubtful, "sip.ports has room for \(pairs) calls, and sip.limits.calls is \(settings.limits.calls)"))
        }
        let near = NetworkAddress(listen.host).map { NetworkRange("127.0.0.0/8")?.contains($0) == true || NetworkRange("::1")?.contains($0) == true } ?? false
        let others = settings.trusted.filter { !["127.0.0.0/8", "127.0.0.1", "::1", "::1/128"].contains("\($0)") }
        if !near, others.isEmpty, settings.trustedNames.isEmpty, settings.registrations.isEmpty, settings.strangers == .drop {
            findings.append(Finding("telephone", .bad, "sip.listen takes calls from other machines, and sip.trusted names none while sip.strangers drops them"))
        }
        let named = others.compactMap { range in
            NetworkAddress("\(range)".replacing(/\/(32|128)$/, with: "")).map { (CallAddress(host: "\($0)", port: 5060), false) }
        }
        findings += try await answers(pbxs.map { ($0, true) } + named)
        findings += try await registrations()
        if findings.isEmpty { findings.append(Finding("telephone", .good, "calls are taken at \(listen)")) }
        return findings
    }

    /// Whether telephone systems are found that the server is an extension of, and whether it is registered with them.
    private func registrations() async throws -> [Finding] {
        let settings = configuration.telephone
        let names = TelephoneNames(servers: settings.nameServers), held = try await ServerStatus.registrations(of: configuration)
        var findings: [Finding] = []
        for host in settings.trustedNames where await names.addresses(of: host, port: nil, over: .udp).isEmpty {
            findings.append(Finding("pbx", .bad, "there is no address of \(host), which sip.trusted names"))
        }
        for one in settings.registrations.map(\.settings) {
            guard let place = await names.addresses(of: one.host, port: one.port, over: one.transport).first else {
                findings.append(Finding("registration", .bad, "\(one.name): there is no address of \(one.host)"))
                continue
            }
            switch held[one.name] {
            case true?: findings.append(Finding("registration", .good, "\(one.name) holds"))
            case false?: findings.append(Finding("registration", .bad, "\(one.name) does not hold; the server's log says why"))
            case nil where one.transport == .udp:
                findings += try await answers([(CallAddress(host: place.host, port: Int(place.port)), true)])
            case nil: findings.append(Finding("registration", .good, "\(one.name) is to be found at \(place)"))
            }
        }
        return findings
    }

    /// Whether PBXs answer to SIP over UDP.
    /// - Parameter peers: each with whether it must: one that was asked for by name.
    private func answers(_ peers: [(address: CallAddress, must: Bool)]) async throws -> [Finding] {
        var findings: [Finding] = []
        for (address, must) in peers {
            if let answer = try await PBXProbe.ask(address) {
                findings.append(Finding("pbx", .good, "\(address) answers to SIP: \(answer)"))
            } else {
                findings.append(
                    Finding(
                        "pbx", must ? .bad : .doubtful,
                        "\(address) does not answer to OPTIONS over UDP; see whether it is on, knows this machine, and whether a firewall is between"))
            }
        }
        return findings
    }
}
