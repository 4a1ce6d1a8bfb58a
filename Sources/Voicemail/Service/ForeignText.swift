extension String {
    /// Decodes text of an unstated encoding: as UTF-8 where it is valid, else as ISO 8859-1, in which every byte is a character. Nothing is
    /// replaced, so that names which differ stay different.
    public init(foreign bytes: some Collection<UInt8>) {
        self = String(validating: bytes, as: UTF8.self) ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }
}
