import Voicemail

/// A stretch of a stored blob.
public struct FileSlice: Sendable {
    public let reader: any BlobReader
    /// Byte offsets within the blob.
    public let range: Range<Int>

    /// The whole blob.
    public init(_ reader: any BlobReader) {
        self.reader = reader
        range = 0..<reader.size
    }

    /// The part of `range` that lies within the blob.
    public init(_ reader: any BlobReader, range: Range<Int>) {
        self.reader = reader
        self.range = range.clamped(to: 0..<reader.size)
    }
}
