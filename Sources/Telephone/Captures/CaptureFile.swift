import Foundation

/// A recording on disk: a line that says what it is, the length of the facts as four bytes, the facts as JSON, and the sound as it came, to
/// the end of the file: a byte a tick, or, of Opus, packets with their lengths.
///
/// While a call lasts the file is called `ID.part`; `ID.whole` once the recording is over. Calls here block.
struct CaptureFile: Sendable {
    static let growing = "part", whole = "whole"
    private static let mark = Array("aftertone capture 1\n".utf8)
    private static let longestFacts = 65_536

    let directory: String
    let name: String

    var path: String { directory + "/" + name }
    var isWhole: Bool { name.hasSuffix("." + Self.whole) }

    struct Damaged: Error, CustomStringConvertible {
        let path: String
        var description: String { "\(path) is no recording of a call" }
    }

    struct Contents {
        let facts: CaptureFacts
        let sound: [UInt8]
    }

    static func head(_ facts: CaptureFacts) throws -> [UInt8] {
        let json = Array(try JSONEncoder().encode(facts))
        return mark + (0..<4).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) } + json
    }

    func read() throws -> Contents {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        guard bytes.starts(with: Self.mark), bytes.count >= Self.mark.count + 4 else { throw Damaged(path: path) }
        let start = Self.mark.count + 4
        let length = (0..<4).reduce(0) { $0 | Int(bytes[Self.mark.count + $1]) << (8 * $1) }
        guard length <= Self.longestFacts, start + length <= bytes.count else { throw Damaged(path: path) }
        do {
            let facts = try JSONDecoder().decode(CaptureFacts.self, from: Data(bytes[start..<(start + length)]))
            return Contents(facts: facts, sound: Array(bytes[(start + length)...]))
        } catch is DecodingError {
            throw Damaged(path: path)
        }
    }
}
