import Server
import SystemPackage

/// Passwords and PINs, which never stand on a command line: others can read that.
enum SecretInput {
    /// Bytes of a line; more would be something else than what was meant, or a part of it.
    private static let longest = 4096

    /// The first line of a file; of standard input where there is none, and for `-`.
    static func read(file path: String?, prompt: String) throws -> String {
        guard let path, path != "-" else { return try read(prompt: prompt) }
        let bytes: [UInt8]
        do { bytes = try SmallFile.read(path, atMost: longest + 1) } catch let error as Errno { throw Refusal("\(path) cannot be read: \(error)") }
        return try secret(bytes, path)
    }

    /// A line of standard input; asked for, and not shown, when that is a terminal.
    private static func read(prompt: String) throws -> String {
        guard Terminal.canBeTyped else { return try line() }
        return try Terminal.hidingWhatIsTyped {
            Terminal.write(prompt + ": ", to: Terminal.errors)
            return try line()
        }
    }

    private static func line() throws -> String {
        var bytes: [UInt8] = []
        while !bytes.contains(UInt8(ascii: "\n")), bytes.count <= longest, let more = try StandardInput.read(upTo: longest + 1 - bytes.count) {
            bytes += more
        }
        return try secret(bytes, "standard input")
    }

    private static func secret(_ bytes: [UInt8], _ source: String) throws(Refusal) -> String {
        let bytes = bytes.prefix { $0 != UInt8(ascii: "\n") }
        guard bytes.count <= longest else { throw Refusal("\(source) holds a line of more than \(longest) bytes") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Refusal("\(source) does not hold UTF-8 text") }
        let secret = text.hasSuffix("\r") ? String(text.dropLast()) : text
        guard !secret.isEmpty else { throw Refusal("\(source) holds no secret") }
        return secret
    }
}
