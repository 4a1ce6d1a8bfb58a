extension VoicemailService {
    /// Twelve digits that name this installation to clients that ask a PBX for its serial number. They follow from the
    /// server's key, so they stay as long as its data does, and tell nothing of it.
    public var serialNumber: String {
        secrets.sign("serial number").prefix(12).map { String($0 % 10) }.joined()
    }
}
