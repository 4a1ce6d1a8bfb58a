import Glibc

/// A regular expression (POSIX, extended, with `\d`) whose matching ends soon, whatever it is asked: no references back, short, and only
/// used on short texts.
public struct BoundedPattern: Sendable, Hashable {
    private let source: String

    /// - Returns: nil for what is no pattern, or one that could take long.
    public init?(_ source: String) {
        guard (1...Self.longestPattern).contains(source.utf8.count), !source.utf8.contains(0), Self.isModest(source) else { return nil }
        self.source = Self.translated(source)
        guard compiled({ _ in true }) == true else { return nil }
    }

    private static let longestPattern = 200, longestText = 128, mostGroups = 10

    /// The whole match and its groups, those that took no part nil; nil where it does not match.
    func match(_ text: String) -> [String?]? {
        guard text.utf8.count <= Self.longestText, !text.utf8.contains(0) else { return nil }
        let bytes = Array(text.utf8)
        return compiled { expression in
            var places = [regmatch_t](repeating: regmatch_t(), count: Self.mostGroups)
            guard regexec(&expression, text, Self.mostGroups, &places, 0) == 0 else { return nil }
            let groups = min(Int(expression.re_nsub) + 1, Self.mostGroups)
            return places.prefix(groups).map { place in
                guard place.rm_so >= 0, place.rm_eo >= place.rm_so, Int(place.rm_eo) <= bytes.count else { return nil }
                return String(decoding: bytes[Int(place.rm_so)..<Int(place.rm_eo)], as: UTF8.self)
            }
        } ?? nil
    }

    /// Compiles for one use: a pattern that is kept would be a pointer that threads share, and takes microseconds to make.
    private func compiled<Value>(_ body: (inout regex_t) -> Value) -> Value? {
        var expression = regex_t()
        guard regcomp(&expression, source, REG_EXTENDED) == 0 else { return nil }
        defer { regfree(&expression) }
        return body(&expression)
    }

    /// Neither a reference back, which is matched by trying everything, nor repetitions that multiply.
    private static func isModest(_ source: String) -> Bool {
        var product = 1, number = 0, isEscaped = false, isCounting = false
        for byte in source.utf8 {
            if isEscaped {
                if (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(byte) { return false }
                isEscaped = false
                continue
            }
            switch byte {
            case UInt8(ascii: "\\"): isEscaped = true
            case UInt8(ascii: "{"): (isCounting, number) = (true, 0)
            case UInt8(ascii: "0")...UInt8(ascii: "9") where isCounting:
                number = number * 10 + Int(byte - UInt8(ascii: "0"))
                guard number <= mostRepetitions else { return false }
            // Of two bounds the greater is the last.
            case UInt8(ascii: ",") where isCounting: number = 0
            case UInt8(ascii: "}") where isCounting:
                isCounting = false
                product *= max(number, 1)
                guard product <= mostRepetitions else { return false }
            default: break
            }
        }
        return !isEscaped
    }

    private static let mostRepetitions = 1_000

    /// `\d` is no word of POSIX.
    private static func translated(_ source: String) -> String {
        var result = "", isEscaped = false
        for character in source {
            if isEscaped {
                result += character == "d" ? "[0-9]" : "\\" + String(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                result.append(character)
            }
        }
        return result
    }
}
