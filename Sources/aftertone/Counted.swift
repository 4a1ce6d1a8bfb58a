extension Int {
    /// The number with its noun: `1 message`, `2 messages`.
    /// - Parameter many: where it is not the noun and an s.
    func counted(_ one: String, _ many: String? = nil) -> String { "\(self) " + (self == 1 ? one : many ?? one + "s") }
}
