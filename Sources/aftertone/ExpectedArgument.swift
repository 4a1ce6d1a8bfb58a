import ArgumentParser
import Foundation
import Voicemail

/// A value of an option whose refusal says what would do: the parser alone says only that this one does not.
protocol ExpectedArgument {
    /// What the option takes, as in "must be …".
    static var expectation: String { get }

    init?(_ text: String)
}

extension ExpectedArgument {
    /// The `transform` of an option.
    static func parse(_ text: String) throws -> Self {
        guard let value = Self(text) else { throw ValidationError("it must be \(expectation)") }
        return value
    }
}

/// A moment in RFC 3339.
struct Moment: ExpectedArgument {
    static let expectation = "a time in RFC 3339 such as 2026-01-31T17:30:00Z"

    let timestamp: Timestamp

    init?(_ text: String) {
        guard let timestamp = Timestamp(rfc3339: text), Timestamp.plausible.contains(timestamp.unix) else { return nil }
        self.timestamp = timestamp
    }
}

/// A time zone by its name in the tz database.
struct ZoneName: ExpectedArgument {
    static let expectation = "a zone of this system's database, such as Europe/Dublin or UTC"

    let name: String

    init?(_ text: String) {
        guard TimeZone(identifier: text) != nil else { return nil }
        name = text
    }
}
