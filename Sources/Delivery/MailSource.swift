import Foundation
import Voicemail

/// Gives a mail's bytes out as they are asked for, with one piece of its attachment in memory at a time.
///
/// One thread has it: libcurl calls it back within `curl_easy_perform`.
final class MailSource {
    /// Of the attachment, at a time.
    private static let pieceBytes = Base64Lines.lineBytes * 1024

    /// Of the whole mail.
    let size: Int
    /// Whether anything was asked for.
    private(set) var hasBegun = false
    /// Why it could not be given out.
    private(set) var failure: String?

    private let content: MailContent
    private var file: AttachedFile?
    /// Bytes of the head and of the tail that were given out.
    private var head = 0, tail = 0
    private let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes + Base64Lines.padding, alignment: 8)
    /// Of `piece`, what is still to be encoded.
    private var rest: Range<Int> = 0..<0

    /// - Throws: where the attachment cannot be opened.
    init(_ content: MailContent) throws(OutgoingMailError) {
        self.content = content
        file = if let attachment = content.attachment { try AttachedFile(attachment) } else { nil }
        size = content.head.count + (file.map { Base64Lines.size(of: $0.left) } ?? 0) + content.tail.count
        piece.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { piece.deallocate() }

    /// - Parameter place: has room for a line at least.
    /// - Returns: how many bytes were written; 0 at the end, and nil where the attachment can be read no further.
    func read(into place: UnsafeMutableRawBufferPointer) -> Int? {
        hasBegun = true
        var count = Self.copy(content.head, from: &head, to: place)
        while head == content.head.count {
            if rest.isEmpty, let file, file.left > 0 {
                guard let read = file.read(into: UnsafeMutableRawBufferPointer(rebasing: piece[..<Self.pieceBytes])) else {
                    failure = "the attachment cannot be read"
                    return nil
                }
                rest = 0..<read
            }
            guard !rest.isEmpty else { break }
            let bytes = min(rest.count, (place.count - count) / Base64Lines.lineWidth * Base64Lines.lineBytes)
            guard bytes > 0 else { return count }
            Base64Lines.encode(
                UnsafeRawBufferPointer(rebasing: piece[rest.lowerBound...]), count: bytes, to: UnsafeMutableRawBufferPointer(rebasing: place[count...]))
            count += Base64Lines.size(of: bytes)
            rest = rest.lowerBound + bytes..<rest.upperBound
        }
        guard head == content.head.count else { return count }
        return count + Self.copy(content.tail, from: &tail, to: UnsafeMutableRawBufferPointer(rebasing: place[count...]))
    }

    private static func copy(_ bytes: [UInt8], from place: inout Int, to target: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(bytes.count - place, target.count)
        target.copyBytes(from: bytes[place..<place + count])
        place += count
        return count
    }
}

/// The file of an attachment, as long as it was when it was opened.
private final class AttachedFile {
    private let descriptor: Int32
    /// What its path lives as long as.
    private let copy: LocalCopy
    /// Bytes that were not read.
    private(set) var left: Int

    init(_ copy: LocalCopy) throws(OutgoingMailError) {
        let descriptor = open(copy.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw OutgoingMailError("the attachment cannot be opened") }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else {
            close(descriptor)
            throw OutgoingMailError("the attachment cannot be opened")
        }
        self.descriptor = descriptor
        self.copy = copy
        left = Int(facts.st_size)
    }

    deinit { close(descriptor) }

    /// Fills `place`, but at the end.
    /// - Returns: nil where there are fewer bytes than there were.
    func read(into place: UnsafeMutableRawBufferPointer) -> Int? {
        let wanted = min(left, place.count)
        var count = 0
        while count < wanted {
            let got = Foundation.read(descriptor, place.baseAddress.map { $0 + count }, wanted - count)
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { return nil }
            count += got
        }
        left -= count
        return count
    }
}
