import ArgumentParser
import Server
import Voicemail

struct RotateKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-key", abstract: "Renews the installation's key, secret.key.",
        discussion: """
            PINs are sealed under a new key, and what was signed with the old one is good no longer: mailed links to messages, and the signatures that \
            receivers of webhooks check. Tokens, API keys and passwords stay good. No server may run. One that was cut off is run again. Other processes of \
            the installation need the new secret.key before they start.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var consent: Consent

    func run() async throws {
        let configuration = try common.loadConfiguration()
        try consent.require("renews the key: mailed links to messages stop working, and receivers of webhooks need their secrets anew")
        let sealed = try await KeyRotation(configuration).run()
        common.output.show(
            ["rotated": true, "pins": .int(sealed.sealed), "unreadable_pins": .int(sealed.unreadable)], ["pins", "unreadable_pins"])
    }
}
