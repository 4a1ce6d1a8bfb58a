import Foundation
import HTTPFront
import Voicemail

/// What is looked for in a folder, as the address of the page has it.
struct Search {
    /// A name or a number.
    let text: String
    /// Days on the mailbox's clocks, both inclusive.
    let since: Day?
    let until: Day?

    /// `2016-05-11`, as a field for a date sends it.
    struct Day {
        let text: String
        private let digits: String

        init?(_ text: String?) {
            guard let text, text.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/) != nil else { return nil }
            digits = text.replacing("-", with: "")
            guard WallTime(digits: digits + "000000") != nil else { return nil }
            self.text = text
        }

        func begin(in zone: TimeZone) -> Timestamp? { WallTime(digits: digits + "000000")?.timestamp(in: zone) }
        func end(in zone: TimeZone) -> Timestamp? { WallTime(digits: digits + "235959")?.lastTimestamp(in: zone) }
    }

    private static let longest = 100

    init(_ query: Query) {
        text = HTTPToken.trim(String((query["q"] ?? "").prefix(Self.longest)))
        since = Day(query["since"])
        until = Day(query["until"])
    }

    var isEmpty: Bool { text.isEmpty && since == nil && until == nil }

    /// The same as parameters of an address.
    var parameters: [String] {
        [("q", text), ("since", since?.text ?? ""), ("until", until?.text ?? "")].filter { !$0.1.isEmpty }.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }
    }

    /// For the fields of the form.
    func set(in values: inout PageValues) {
        values.set(.lookedFor, text)
        values.set(.lookedSince, since?.text ?? "")
        values.set(.lookedUntil, until?.text ?? "")
        values.set(.isSearch, !isEmpty)
    }
}
