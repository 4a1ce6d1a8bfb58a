/// Standard error with one line for each event. What is logged may be hostile text, a file's name or what a client has sent: nothing in it
/// ends the line or is a command to the terminal.
struct LogStream: TextOutputStream, Sendable {
    /// - Parameter text: one event, its line end included.
    mutating func write(_ text: String) { Terminal.write(Self.line(text), to: Terminal.errors) }

    /// One event as it may be written, its line end included.
    static func line(_ text: String) -> String {
        var text = text
        let isPlain = text.withUTF8 { $0.dropLast().allSatisfy { (0x20...0x7E).contains($0) } }
        return isPlain ? text : Terminal.visible(text.hasSuffix("\n") ? String(text.dropLast()) : text) + "\n"
    }
}
