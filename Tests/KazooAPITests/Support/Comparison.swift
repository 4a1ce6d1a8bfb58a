import TestKit
import Testing
import Voicemail

/// The members of an envelope that differ from answer to answer, and that the seed does not show (K§12-23, K§12-34).
private let bookkeeping: Set<String> = ["auth_token", "request_id", "revision", "timestamp", "node", "version", "tokens"]

/// Header fields of a request.
typealias Headers = KeyValuePairs<String, String>

extension Answer {
    /// The envelope without its bookkeeping.
    var envelope: JSON {
        guard case .object(let members) = json else { return json }
        return .object(members.filter { key, _ in !bookkeeping.contains(key) })
    }

    /// The bookkeeping members that are there, in no order.
    var bookkeepingKeys: Set<String> { Set(json.object?.keys.filter { bookkeeping.contains($0) } ?? []) }

    /// The ids of a list of messages.
    var mediaIDs: [String] { data.array?.compactMap { $0["media_id"]?.string } ?? [] }
}

/// Expects two JSON values to be the same, whatever the order of their keys.
func expect(_ actual: JSON, is expected: JSON, _ comment: Comment? = nil, _ location: SourceLocation = #_sourceLocation) {
    #expect(actual.isEquivalent(to: expected), comment ?? "\(actual.encoded)\nis not\n\(expected.encoded)", sourceLocation: location)
}

/// Expects every member of `expected` in `actual`, which may have more (a real answer has more defaults than the seed, K§12-35).
func expect(_ actual: JSON, contains expected: JSON, _ location: SourceLocation = #_sourceLocation) {
    guard let members = expected.object else { return expect(actual, is: expected, nil, location) }
    for (key, value) in members {
        let found = actual[key] ?? .null
        #expect(
            found.isEquivalent(to: value), "\(key): \(found.encoded) is not \(value.encoded)", sourceLocation: location)
    }
}

/// A validation error of one field and one rule.
func validation(_ field: String, _ code: String, _ words: JSON) -> JSON {
    ["status": "error", "message": "validation error", "error": "400", "data": .object([field: .object([code: words])])]
}
