/// Names for the entries of one archive: harmless wherever it is unpacked, and no two alike.
public struct EntryNames: Sendable {
    /// Bytes of UTF-8; what file systems take.
    static let longest = 255

    private var taken: Set<String> = []
    /// How often each name was asked for, so that ten thousand of one name are not counted through from the first each time.
    private var counts: [String: Int] = [:]

    public init() {}

    /// A name for the next entry. A name that was given out before, in any case, gets `_2`, `_3`, … before its extension.
    public mutating func add(_ label: String) -> String {
        let name = Self.clean(label)
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

    /// `label` without what could leave a folder or deceive a reader: separators, a drive, leading dots and blanks, control and direction
    /// characters. Colons inside stay, KAZOO's names have them (contract §7.10).
    static func clean(_ label: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in label.unicodeScalars where !LabelCharacters.isInvisible(scalar) {
            scalars.append(scalar == "/" || scalar == "\\" ? "_" : scalar)
        }
        var name = Substring(String(scalars))
        // A drive: one letter, then a colon at once.
        if name.dropFirst().first == ":", let first = name.first, first.isASCII, first.isLetter { name = first.description + "_" + name.dropFirst(2) }
        name = name.drop { $0 == "." || $0.isWhitespace }
        while let last = name.last, last == "." || last.isWhitespace { name.removeLast() }
        guard !name.isEmpty else { return "file" }
        let (stem, ending) = split(String(name))
        let short = shorten(stem, to: longest - ending.utf8.count)
        return (short.isEmpty ? "file" : short) + ending
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
