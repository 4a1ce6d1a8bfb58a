import Foundation
import Voicemail

/// A file that a mail carries, for as long as this lives.
final class AttachedBytes: Sendable {
    let bytes: [UInt8]
    let path = FileManager.default.temporaryDirectory.path + "/aftertone-attached-" + HexID.random()

    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        try Data(bytes).write(to: URL(filePath: path))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var copy: LocalCopy { LocalCopy(path: path, heldBy: self) }
}
