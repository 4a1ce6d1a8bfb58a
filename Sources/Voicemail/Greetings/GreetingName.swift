/// The file names that greetings and prompts go by where they are files (P§5.4, P§5.7). A label, never a path.
public enum GreetingName {
    /// What may be uploaded.
    public static let containers: [AudioContainer] = [.wav, .mp3, .gsm]

    private static let longest = 255

    /// Whether an upload may have this name: one component of at most 255 bytes, without control characters, that ends in a format.
    public static func isFileName(_ name: String) -> Bool {
        isComponent(name) && container(of: name) != nil
    }

    /// Whether a greeting may be given this name, without an extension: no blanks and none of the marks that are excluded (P§5.4).
    public static func isStem(_ stem: String) -> Bool {
        isComponent(stem) && stem.unicodeScalars.count <= 250 && !stem.unicodeScalars.contains { excluded.contains($0) || $0.properties.isWhitespace }
    }

    /// What the extension says the file is; nil for any that may not be uploaded.
    public static func container(of name: String) -> AudioContainer? {
        guard let container = AudioContainer(fileName: name), containers.contains(container) else { return nil }
        return container
    }

    /// `.wav` of `vm_away.wav`, as written.
    public static func suffix(of name: String) -> String {
        name.lastIndex(of: ".").map { String(name[$0...]) } ?? ""
    }

    static func isComponent(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= longest && name != "." && name != ".."
            && !name.unicodeScalars.contains { $0 == "/" || $0 == "\\" || $0.properties.generalCategory == .control }
    }

    private static let excluded = Set("'\"!:@#$%^*.&(){}[];/,`\\".unicodeScalars)
}
