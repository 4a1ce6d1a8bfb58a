import Foundation

/// Text in the header of a mail.
enum HeaderText {
    /// Octets of one encoded word's text: with its frame within the 75 of RFC 2047 §2.
    private static let longestPiece = 42

    /// One line, in ASCII: what is not is written in encoded words (RFC 2047), each whole in itself. Control characters go.
    static func encoded(_ text: String) -> String {
        let plain = text.unicodeScalars.filter { $0.properties.generalCategory != .control }
        if plain.allSatisfy(\.isASCII) { return String(String.UnicodeScalarView(plain)) }
        var words: [String] = [], piece = ""
        for scalar in plain {
            let character = String(scalar)
            if piece.utf8.count + character.utf8.count > longestPiece {
                words.append(word(piece))
                piece = ""
            }
            piece += character
        }
        return (words + [word(piece)]).joined(separator: " ")
    }

    private static func word(_ text: String) -> String { "=?UTF-8?B?\(Data(text.utf8).base64EncodedString())?=" }
}
