import Testing

/// Reads a ZIP by its central directory (APPNOTE 4.3.12), entries stored without compression.
enum ZipReader {
    struct Entry {
        let name: String
        let bytes: [UInt8]
    }

    struct Malformed: Error {}

    static func entries(_ zip: [UInt8]) throws -> [Entry] {
        guard zip.count >= 22, let end = (0...(zip.count - 22)).last(where: { word(zip, $0, 4) == 0x0605_4B50 }) else { throw Malformed() }
        var place = word(zip, end + 16, 4)
        var entries: [Entry] = []
        for _ in 0..<word(zip, end + 10, 2) {
            guard word(zip, place, 4) == 0x0201_4B50, word(zip, place + 10, 2) == 0 else { throw Malformed() }
            let size = word(zip, place + 24, 4), nameLength = word(zip, place + 28, 2), local = word(zip, place + 42, 4)
            let start = local + 30 + word(zip, local + 26, 2) + word(zip, local + 28, 2)
            guard start + size <= zip.count else { throw Malformed() }
            entries.append(
                Entry(
                    name: String(decoding: zip[(place + 46)..<(place + 46 + nameLength)], as: UTF8.self), bytes: Array(zip[start..<(start + size)])))
            place += 46 + nameLength + word(zip, place + 30, 2) + word(zip, place + 32, 2)
        }
        return entries
    }

    private static func word(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int {
        guard at + count <= bytes.count else { return -1 }
        return (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }
}
