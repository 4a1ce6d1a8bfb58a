/// How a message came in by telephone: what of it was lost on the way. Kept with the message, so that nobody has to wonder about a gap.
public struct Reception: Sendable, Hashable {
    /// Packets that never came; silence stands for them.
    public var lost: Int
    /// Packets that came when their place had been written already.
    public var late: Int
    /// Whether this server ended in the middle of the call. What was spoken until then is there.
    public var isCutOff: Bool

    public init(lost: Int = 0, late: Int = 0, isCutOff: Bool = false) {
        self.lost = lost
        self.late = late
        self.isCutOff = isCutOff
    }

    /// As it is stored and shown.
    public var json: JSON { ["lost": .int(lost), "late": .int(late), "cut_off": .bool(isCutOff)] }

    public init?(_ json: JSON?) {
        guard let json = json?.object else { return nil }
        self.init(lost: json["lost"]?.int ?? 0, late: json["late"]?.int ?? 0, isCutOff: json["cut_off"]?.bool ?? false)
    }
}
