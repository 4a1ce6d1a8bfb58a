import Foundation
import Server
import Voicemail
import YeastarSSeriesAPI

/// What to type to see one interface at work.
struct DemoSection: Sendable {
    let title: String
    /// Each a whole line for a shell; later ones need the variables that earlier ones set.
    let lines: [String]
}

/// Tells what the demonstration holds and how to try it.
struct DemoScript {
    let world: DemoWorld
    let address: ListenAddress

    /// What to dial to reach a mailbox.
    static func callee(_ number: String, at address: CallAddress) -> String {
        "\(address)".replacingOccurrences(of: "sip:", with: "sip:\(number)@")
    }

    /// Where people listen to their messages.
    var page: String { "\(address)/" }

    /// One section for each interface.
    var sections: [DemoSection] { [kazoo, pSeries, sSeries] }

    var text: String {
        var lines: [String] = []
        if let person = world.people.first {
            lines += ["", "web page  \(page)   account \(world.account.name)   user \(person.username)   password \(person.password)"]
        }
        lines += ["", "account   \(world.account.name)   id \(world.account.id)   realm \(world.account.realm)", "API key   \(world.apiKey)"]
        lines.append("P-Series  client id \(world.application.credential.handle)   client secret \(world.application.secret)")
        lines.append("API user  \(world.apiUser.name)   password \(world.apiUser.password)   of the S-Series interface")
        lines.append("group     mailbox \(world.groupNumber)   \(world.recordings.count.counted("recording")) in the account")
        for person in world.people {
            lines.append(
                "user      \(person.username)   password \(person.password)   mailbox \(person.mailbox.number)   id \(person.mailbox.id)   "
                    + "\(person.messages.count.counted("message"))")
        }
        for section in sections { lines += ["", section.title] + section.lines.map { "  " + $0 } }
        return (lines + ["", "Everything here is thrown away when the server ends (Ctrl-C)."]).joined(separator: "\n")
    }
}

extension DemoScript {
    /// Login by digest, list, listen, file, leave a message, take the lot as a ZIP.
    private var kazoo: DemoSection {
        guard let person = world.people.first, let message = person.messages.first else { return DemoSection(title: "KAZOO", lines: []) }
        let root = "\(address)/v2", box = "\(root)/accounts/\(world.account.id)/vmboxes/\(person.mailbox.id)"
        let login: JSON = [
            "data": [
                "credentials": .string(LoginDigest.md5.digest(person.username, person.password)), "method": "md5", "account_name": .string(world.account.name),
            ]
        ]
        let ids: JSON = ["data": ["messages": JSON(person.messages.map(\.monthID))]]
        let filing: JSON = ["data": ["folder": "saved", "messages": JSON(person.messages.map(\.monthID))]]
        let token = "-H \"X-Auth-Token: $TOKEN\"", json = "-H 'Content-Type: application/json'"
        return DemoSection(
            title: "KAZOO",
            lines: [
                "TOKEN=$(curl -sS -X PUT \(json) -d '\(login.encoded)' \(root)/user_auth | sed 's/.*\"auth_token\":\"\\([^\"]*\\)\".*/\\1/')",
                "curl -sS \(token) \(root)/accounts/\(world.account.id)/vmboxes",
                "curl -sS \(token) \(box)/messages",
                "curl -sS -f \(token) -o message.wav \(box)/messages/\(message.monthID)/raw",
                "curl -sS -X PUT \(token) -H 'Content-Type: audio/wav' --data-binary @message.wav \(box)/messages",
                "curl -sS -X POST \(token) \(json) -d '\(filing.encoded)' \(box)/messages",
                "curl -sS -f -X POST \(token) \(json) -d '\(ids.encoded)' -o messages.zip \(box)/messages/raw",
            ])
    }

    /// Log in, list, ask for a message and fetch it.
    private var sSeries: DemoSection {
        guard let person = world.people.first else { return DemoSection(title: "S-Series", lines: []) }
        let root = "\(address)/api/v1.1.0"
        let login: JSON = [
            "username": .string(world.apiUser.name), "password": .string(APIUsers.digest(ofPassword: world.apiUser.password)),
            "port": "8260",
        ]
        let query: JSON = ["extid": .string(person.mailbox.number)]
        let ask: JSON = ["extid": .string(person.mailbox.number), "voicemailfile": "msg0000.wav"]
        let link = "extid=\(person.mailbox.number)&voicemailfile=msg0000.wav&token=$TOKEN&random=$RANDOM32"
        return DemoSection(
            title: "S-Series and OpenVox UC",
            lines: [
                "TOKEN=$(curl -sS -d '\(login.encoded)' \(root)/login | sed 's/.*\"token\":\"\\([^\"]*\\)\".*/\\1/')",
                "curl -sS -d '\(query.encoded)' \"\(root)/voicemail/query?token=$TOKEN\"",
                "RANDOM32=$(curl -sS -d '\(ask.encoded)' \"\(root)/voicemail/get_random?token=$TOKEN\" | sed 's/.*\"random\":\"\\([^\"]*\\)\".*/\\1/')",
                "curl -sS -f -o msg0000.wav \"\(root)/voicemail/download?\(link)\"",
            ])
    }
}

extension DemoScript {
    /// Token, the messages of a person and of the group, listen, a greeting, a recording.
    private var pSeries: DemoSection {
        guard let person = world.people.first else { return DemoSection(title: "Yeastar P-Series", lines: []) }
        let root = "\(address)/openapi/v1.0", number = person.mailbox.number
        let login: JSON = ["username": .string(world.application.credential.handle), "password": .string(world.application.secret)]
        let json = "-H 'Content-Type: application/json'"
        func member(_ name: String) -> String { "sed 's/.*\"\(name)\":\"\\([^\"]*\\)\".*/\\1/'" }
        func url(_ query: String) -> String { "URL=$(curl -sS \"\(root)/\(query)&access_token=$P_TOKEN\" | \(member("download_resource_url")))" }
        let fetch = "curl -sS -f \"\(address)$URL?access_token=$P_TOKEN\""
        return DemoSection(
            title: "Yeastar P-Series",
            lines: [
                "P_TOKEN=$(curl -sS -X POST \(json) -d '\(login.encoded)' \(root)/get_token | \(member("access_token")))",
                "curl -sS \"\(root)/vm/query?number=\(number),\(world.groupNumber)&access_token=$P_TOKEN\"",
                "ID=$(curl -sS \"\(root)/vm/get?number=\(number)&access_token=$P_TOKEN\" | \(member("msg_id")))",
                url("vm/download?msg_id=$ID"),
                "\(fetch) -o message.wav",
                "curl -sS -X POST -F owner=\(number) -F is_check=force -F file=@message.wav \"\(root)/extension_vm_greeting/upload?access_token=$P_TOKEN\"",
                "curl -sS \"\(root)/recording/list?access_token=$P_TOKEN\"",
            ] + world.recordings.prefix(1).flatMap { [url("recording/download?id=\($0.serial)"), "\(fetch) -o call.wav"] })
    }
}
