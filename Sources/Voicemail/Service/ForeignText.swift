extension String {
    /// Text that does not say in which encoding it is: UTF-8 where it is that, else ISO 8859-1, in which every byte is a character. Nothing
    /// is repaired, so names that differ stay different.
    public init(foreign bytes: some Collection<UInt8>) {
        self = String(validating: bytes, as: UTF8.self) ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }
}
