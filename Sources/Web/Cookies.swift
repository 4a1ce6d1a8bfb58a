import HTTPFront
import HTTPTypes
import Voicemail

/// The two cookies of the page. Neither has a path: each is set by a page directly below the page's own path, which browsers take for it,
/// whatever a proxy has made of that.
enum Cookie: String {
    /// The token of a session.
    case session = "aftertone_session"
    /// Ties a login form to the browser that asked for it.
    case visit = "aftertone_visit"

    /// What the browser sent; nil for what cannot be ours.
    func value(in request: FrontRequest) -> String? {
        for var field in request.headers[values: .cookie] {
            if let value = field.withUTF8(find(in:)) { return value }
        }
        return nil
    }

    private func find(in field: UnsafeBufferPointer<UInt8>) -> String? {
        var begin = field.startIndex
        while begin < field.endIndex {
            let end = field[begin...].firstIndex(of: UInt8(ascii: ";")) ?? field.endIndex
            if let value = self.value(ofPair: UnsafeBufferPointer(rebasing: field[begin..<end])) { return value }
            begin = end + 1
        }
        return nil
    }

    private func value(ofPair pair: UnsafeBufferPointer<UInt8>) -> String? {
        var begin = pair.startIndex, end = pair.endIndex
        while begin < end, pair[begin].isBlank { begin += 1 }
        while end > begin, pair[end - 1].isBlank { end -= 1 }
        let name = rawValue.utf8, value = begin + name.count + 1
        guard end - value == Self.length, pair[begin..<value - 1].elementsEqual(name), pair[value - 1] == UInt8(ascii: "=") else { return nil }
        guard pair[value..<end].allSatisfy(HexID.isLowerHex) else { return nil }
        return String(decoding: pair[value..<end], as: UTF8.self)
    }

    /// Digits of a value.
    private static let length = 64

    /// A value that nobody guesses.
    static func newValue() -> String { HexID.random() + HexID.random() }

    /// - Parameter value: nil takes the cookie away.
    func set(_ value: String?, isSecure: Bool) -> HTTPField {
        HTTPField(
            name: .setCookie,
            value: "\(rawValue)=\(value ?? "")" + (value == nil ? "; Max-Age=0" : "") + "; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : ""))
    }
}
