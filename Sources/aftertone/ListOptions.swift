import ArgumentParser
import Voicemail

/// How much of a long list to show, and from where.
struct ListOptions: ParsableArguments {
    @Option(help: "Shows at most so many.") var limit: Int?
    @Option(help: ArgumentHelp("Shows what comes behind this one, which the last list ended with.", valueName: "id")) var after: String?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
    }

    /// Things fetched at once.
    static let page = 500

    /// Things to fetch first.
    var first: Int { min(limit ?? Self.page, Self.page) }
}

/// From when to when.
struct PeriodOptions: ParsableArguments {
    @Option(help: ArgumentHelp("From this time on, in RFC 3339.", valueName: "time"), transform: Moment.parse) var since: Moment?
    @Option(help: ArgumentHelp("Up to this time.", valueName: "time"), transform: Moment.parse) var until: Moment?

    func validate() throws {
        if let since, let until, until.timestamp < since.timestamp { throw ValidationError("--until is before --since") }
    }
}
