import Foundation
import NIOPosix
import Voicemail

/// The sounds of Debian's prompt packages, read when they are first needed and kept, as callers hear the same few.
actor SoundLibrary {
    /// A folder with one for each voice: `/usr/share/asterisk/sounds`.
    let directory: String
    private var kept: [String: [Int16]] = [:]
    private var samples = 0

    /// Samples that are kept, 16 MB; beyond, all are read anew.
    private static let most = 8 << 20
    /// Bytes of one sound, four minutes: what is longer is no prompt.
    private static let longest = 4 << 20

    init(directory: String) { self.directory = directory }

    /// Sounds one after the other; nil when one of them is not there or is none.
    func samples(_ names: [String], _ language: Language) async -> [Int16]? {
        var all: [Int16] = []
        for name in names {
            guard let sound = await sound(name, language) else { return nil }
            all += sound
        }
        return all
    }

    /// Those that are not there.
    func missing(_ names: [String], _ language: Language) async -> [String] {
        var missing: [String] = []
        for name in names where await sound(name, language) == nil { missing.append(name) }
        return missing
    }

    private func sound(_ name: String, _ language: Language) async -> [Int16]? {
        let key = language.tag + "/" + name
        if let sound = kept[key] { return sound }
        // Names are put together from our data and from digits, and yet are looked at before they become a path.
        guard name.utf8.allSatisfy(Self.isNameByte), !name.contains("..") else { return nil }
        let paths = language.directories.map { "\(directory)/\($0)/\(name).wav" }
        let sound = try? await NIOThreadPool.singleton.runIfActive { paths.lazy.compactMap(Self.read).first }
        guard let sound = sound ?? nil else { return nil }
        if samples + sound.count > Self.most { (kept, samples) = ([:], 0) }
        kept[key] = sound
        samples += sound.count
        return sound
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"),
            UInt8(ascii: "_"), UInt8(ascii: "/"):
            true
        default: false
        }
    }

    private static func read(_ path: String) -> [Int16]? {
        guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        guard let bytes = try? handle.read(upToCount: longest) else { return nil }
        return TelephoneWAV.samples(Array(bytes))
    }
}

/// WAV of the one kind that telephones play: 16 bits, one channel, 8,000 a second.
enum TelephoneWAV {
    /// - Returns: nil for anything else.
    static func samples(_ bytes: [UInt8]) -> [Int16]? {
        guard bytes.count >= 12, bytes.starts(with: Array("RIFF".utf8)), bytes[8..<12].elementsEqual("WAVE".utf8) else { return nil }
        var at = 12, isOurs = false
        while at <= bytes.count - 8 {
            let size = (0..<4).reduce(0) { $0 | Int(bytes[at + 4 + $1]) << (8 * $1) }
            let start = at + 8, end = min(bytes.count, start + size)
            if bytes[at..<(at + 4)].elementsEqual("fmt ".utf8), end - start >= 16 {
                func number(_ offset: Int, _ count: Int) -> Int { (0..<count).reduce(0) { $0 | Int(bytes[start + offset + $1]) << (8 * $1) } }
                isOurs = number(0, 2) == 1 && number(2, 2) == 1 && number(4, 4) == 8000 && number(14, 2) == 16
            } else if bytes[at..<(at + 4)].elementsEqual("data".utf8) {
                guard isOurs else { return nil }
                return stride(from: start, to: end - 1, by: 2).map { Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8) }
            }
            at = end + size % 2
        }
        return nil
    }
}
