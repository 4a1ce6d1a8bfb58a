import Foundation

/// The files of this repository, as text.
///
/// Those who look through all of it work for seconds without a pause. Their tests are a module of their own: beside others they would keep these from
/// the threads that all tests of a process share.
enum Repository {
    /// A line of a file.
    struct Line {
        /// Below the repository's root.
        let path: String
        /// From 1.
        let number: Int
        let text: Substring

        var place: String { "\(path):\(number)" }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// - Parameter path: below the root.
    static func text(of path: String) throws -> String { try String(contentsOf: root.appending(path: path), encoding: .utf8) }

    /// The files below a directory whose names end so.
    static func files(below directory: String, _ suffix: String = ".swift") throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: directory).path).filter { $0.hasSuffix(suffix) }.sorted()
            .map { "\(directory)/\($0)" }
    }

    /// The documents at the root.
    static func documents() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: root.path).filter { $0.hasSuffix(".md") }.sorted() }

    /// Shows the lines of a file that have one of these words in them: a look at bytes, as an expression costs a thousand times as much.
    /// - Parameters:
    ///   - words: all lines where there are none.
    ///   - ignoringCase: whether a word, in small letters, stands for those in capitals too.
    static func eachLine(of path: String, with words: [String] = [], ignoringCase: Bool = false, _ look: (Line) throws -> Void) throws {
        let text = try text(of: path), wanted = words.map { Data($0.utf8) }
        var number = 0
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            guard wanted.isEmpty || line.has(wanted, ignoringCase) else { continue }
            try look(Line(path: path, number: number, text: Substring(line)))
        }
    }
}

extension Substring.UTF8View {
    fileprivate func has(_ words: [Data], _ ignoringCase: Bool) -> Bool {
        // A letter and its capital differ in this bit.
        let bytes = ignoringCase ? Data(map { $0 | 0x20 }) : Data(self)
        return words.contains { bytes.range(of: $0) != nil }
    }
}
