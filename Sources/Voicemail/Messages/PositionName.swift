/// The names that messages have by their place in a mailbox: `msg0000.wav` is the oldest (S§3, P§7). A name is what a place is
/// called now, not what a message is called for life.
public enum PositionName {
    /// The name of the message at `position`, counted from 0: four digits, more where they do not suffice.
    public static func text(_ position: Int) -> String { prefix + CalendarFields.pad(position, 4) + suffix }

    /// The position a name stands for.
    /// - Returns: nil for anything but a name as `text` writes it.
    public static func position(_ name: some StringProtocol) -> Int? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
        let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
        guard (4...maximumDigits).contains(digits.utf8.count), let position = Int(digits), text(position) == name else { return nil }
        return position
    }

    private static let prefix = "msg"
    private static let suffix = ".wav"
    private static let maximumDigits = 12
}
