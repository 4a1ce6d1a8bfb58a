/// What somebody writes along with a message that he sends on.
public struct ForwardingNote: Sendable, Hashable {
    /// The forwarder's name.
    public let author: String
    /// Empty for nothing but who it was.
    public let text: String

    public init(author: String, text: String) {
        self.author = author
        self.text = text
    }

    /// Characters of a text; what is longer is refused where it is written.
    public static let longest = 500
    /// Notes that a message keeps; the oldest go first.
    static let most = 10
}

extension Message {
    /// How it came here, once it has been sent on.
    /// - Parameter note: nil for who only files what is there.
    func reception(adding note: ForwardingNote?) -> Reception? {
        guard let note else { return reception }
        var changed = reception ?? Reception()
        changed.notes = Array((changed.notes + [note]).suffix(ForwardingNote.most))
        return changed
    }
}
