/// How a message came here: by telephone, and what of it was lost on the way; from another mailbox, and what was written along. Kept with the
/// message, so that nobody has to wonder.
public struct Reception: Sendable, Hashable {
    /// Packets that never came; silence stands for them.
    public var lost: Int
    /// Packets that came when their place had been written already.
    public var late: Int
    /// Whether this server ended in the middle of the call. What was spoken until then is there.
    public var isCutOff: Bool
    /// What those wrote who sent it on, the first of them first.
    public var notes: [ForwardingNote]

    public init(lost: Int = 0, late: Int = 0, isCutOff: Bool = false, notes: [ForwardingNote] = []) {
        self.lost = lost
        self.late = late
        self.isCutOff = isCutOff
        self.notes = notes
    }

    /// As it is stored and shown.
    public var json: JSON {
        var object: JSONObject = ["lost": .int(lost), "late": .int(late), "cut_off": .bool(isCutOff)]
        if !notes.isEmpty { object["notes"] = .array(notes.map { ["by": .string($0.author), "text": .string($0.text)] }) }
        return .object(object)
    }

    public init?(_ json: JSON?) {
        guard let json = json?.object else { return nil }
        let notes = (json["notes"]?.array ?? []).compactMap { note in
            note["text"]?.string.map { ForwardingNote(author: note["by"]?.string ?? "", text: $0) }
        }
        self.init(lost: json["lost"]?.int ?? 0, late: json["late"]?.int ?? 0, isCutOff: json["cut_off"]?.bool ?? false, notes: notes)
    }
}
