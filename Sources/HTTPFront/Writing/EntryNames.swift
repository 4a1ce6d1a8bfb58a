import Voicemail

/// Names for the entries of one archive: harmless wherever it is unpacked, and no two alike.
public struct EntryNames: Sendable {
    /// Bytes of UTF-8; what file systems take.
    static let longest = 255

    public enum Style: Sendable, Hashable {
        /// KAZOO's names have colons (K§7.10).
        case withColons
        /// Windows takes a colon for the end of the name.
        case portable
    }

    private let style: Style
    private var taken: Set<String> = []
    /// How often each name was asked for, so that ten thousand of one name are not counted through from the first each time.
    private var counts: [String: Int] = [:]

    public init(_ style: Style = .withColons) {
        self.style = style
    }

    /// A name for the next entry. A name that was given out before, in any case, gets `_2`, `_3`, … before its extension.
    public mutating func add(_ label: String) -> String {
        let name = Self.clean(style == .portable ? String(label.map { $0 == ":" ? "-" : $0 }) : label)
        let (stem, ending) = Self.split(name)
        var candidate = name
        var count = counts[name.lowercased(), default: 1]
        defer { counts[name.lowercased()] = count }
        while !taken.insert(candidate.lowercased()).inserted {
            count += 1
            let suffix = "_\(count)" + ending
            candidate = Self.shorten(stem, to: Self.longest - suffix.utf8.count) + suffix
        }
        return candidate
    }

    /// `label` without what could leave a folder, deceive a reader or find no room in a file system: separators, a drive, leading dots and
    /// blanks, control and direction characters, what Windows does not allow in names, and the names of its devices.
    static func clean(_ label: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in label.unicodeScalars where !LabelCharacters.isInvisible(scalar) {
            scalars.append(notInNames.contains(scalar) ? "_" : scalar)
        }
        var name = Substring(String(scalars))
        // A drive: one letter, then a colon at once.
        if name.dropFirst().first == ":", let first = name.first, first.isASCII, first.isLetter { name = first.description + "_" + name.dropFirst(2) }
        name = name.drop { $0 == "." || $0.isWhitespace }
        while let last = name.last, last == "." || last.isWhitespace { name.removeLast() }
        guard !name.isEmpty else { return "file" }
        if isDevice(name) { name = "_" + name }
        let (stem, ending) = split(String(name))
        let short = shorten(stem, to: longest - ending.utf8.count)
        return (short.isEmpty ? "file" : short) + ending
    }

    private static let notInNames = Set("/\\<>\"|?*".unicodeScalars)

    /// `NUL`, `com1.wav`: a device whatever its extension. No blank leads the name by then.
    private static func isDevice(_ name: Substring) -> Bool {
        let stem = name.prefix { $0 != "." && $0 != ":" }.lowercased().trimmed { $0 == " " }
        if ["con", "prn", "aux", "nul"].contains(stem) { return true }
        guard stem.hasPrefix("com") || stem.hasPrefix("lpt"), stem.count == 4, let last = stem.last else { return false }
        return "123456789¹²³".contains(last)
    }

    /// The extension with its dot, if it is one: at most 16 bytes behind the last dot.
    private static func split(_ name: String) -> (stem: String, ending: String) {
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex, name[dot...].utf8.count <= 17 else { return (name, "") }
        return (String(name[..<dot]), String(name[dot...]))
    }

    /// At most `bytes` bytes of whole characters.
    private static func shorten(_ text: String, to bytes: Int) -> String {
        var text = text
        while text.utf8.count > bytes { text.removeLast() }
        return text
    }
}
