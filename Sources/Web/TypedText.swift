/// What somebody has typed into a field of several lines.
enum TypedText {
    /// Its lines as they are kept, without what is empty around them.
    static func lines(_ typed: String?) -> String {
        let text = (typed ?? "").replacing("\r\n", with: "\n").drop(while: \.isWhitespace)
        guard let last = text.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(text[...last])
    }
}
