extension VoicemailService {
    /// The serial number of this installation, for clients that ask a PBX for one: twelve digits. They are derived from the server's key, so they
    /// last as long as its data, and disclose nothing of it.
    public var serialNumber: String {
        secrets.lasting("serial number").prefix(12).map { String($0 % 10) }.joined()
    }
}
