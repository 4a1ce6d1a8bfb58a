import SIPGrammar
import Voicemail

/// The caller, as the message will name it.
public struct Caller: Sendable, Hashable {
    /// In the one form of numbers; nil where it is not told, or not to be told.
    public var number: String?
    public var name: String?
    /// Whether the caller does not want to be known.
    public var isAnonymous = false
    /// What told it; nil where nothing did.
    public var source: CallerSource?
}

/// A header that can tell the caller.
public enum CallerSource: String, Sendable, Hashable, CaseIterable {
    case asserted = "p-asserted-identity"
    case remoteParty = "remote-party-id"
    case from

    public static let standard: [CallerSource] = [.asserted, .remoteParty, .from]

    /// As it is written in messages.
    public var name: String {
        switch self {
        case .asserted: "P-Asserted-Identity"
        case .remoteParty: "Remote-Party-ID"
        case .from: "From"
        }
    }
}

/// Finds out who calls.
struct CallerReading {
    let invite: SIPMessage
    let sources: [CallerSource]
    let isTrusted: Bool
    let plan: NumberPlan

    private(set) var steps: [Decision.Step] = []

    init(_ invite: SIPMessage, _ settings: WhichBoxSettings, isTrusted: Bool, plan: NumberPlan) {
        self.invite = invite
        self.sources = settings.callers
        self.isTrusted = isTrusted
        self.plan = plan
    }

    mutating func caller() -> Caller {
        var caller = read()
        // RFC 3323, RFC 3325: the one who is called must not learn it.
        let privacy = Set(invite.tokens("Privacy"))
        if !privacy.isDisjoint(with: ["id", "user", "full"]) {
            caller.isAnonymous = true
            note("Privacy", "the caller does not want to be known")
        }
        if caller.isAnonymous { (caller.number, caller.name) = (nil, nil) }
        return caller
    }

    private mutating func read() -> Caller {
        for source in sources {
            if source != .from, !isTrusted {
                if !invite.headers(source.name).isEmpty { note(source.name, "not taken: the peer is not trusted") }
                continue
            }
            let addresses = source == .from ? [.success(invite.from)] : invite.addresses(source.name)
            guard !addresses.isEmpty else {
                note(source.name, "is not there")
                continue
            }
            let readable = addresses.compactMap { try? $0.get() }.filter { source != .remoteParty || Self.isCalling($0) }
            guard let caller = Self.caller(readable, source, plan) else {
                note(source.name, readable.isEmpty ? "cannot be read, or is about somebody else" : "tells no caller")
                continue
            }
            note(source.name, caller.isAnonymous ? "anonymous" : "decides")
            return caller
        }
        return Caller()
    }

    private mutating func note(_ header: String, _ finding: String) { steps.append(Decision.Step(header: header, finding: finding)) }

    /// Of Remote-Party-ID: about the caller, unless it says otherwise.
    private static func isCalling(_ address: NameAddress) -> Bool { (address.parameters["party"] ?? "calling").lowercased() == "calling" }

    /// - Parameter addresses: of one header: a SIP URI and a telephone number may stand beside each other (RFC 3325 §9.1).
    private static func caller(_ addresses: [NameAddress], _ source: CallerSource, _ plan: NumberPlan) -> Caller? {
        guard !addresses.isEmpty else { return nil }
        var caller = Caller(source: source)
        for address in addresses {
            let privacy = privacy(of: address)
            if privacy.contains("full") || isAnonymous(address) { return Caller(isAnonymous: true, source: source) }
            if caller.name == nil, !privacy.contains("name"), let name = address.name { caller.name = shown(name) }
            guard !privacy.contains("uri"), let number = number(address.uri, plan) else { continue }
            // Digits say more than a name does.
            if caller.number == nil || !isNumber(caller.number ?? "") && isNumber(number) { caller.number = number }
        }
        return caller.number == nil && caller.name == nil ? nil : caller
    }

    /// Of Remote-Party-ID: words with commas between them, behind each of which may stand who keeps it (`uri-network`).
    private static func privacy(of address: NameAddress) -> Set<String> {
        let words = (address.parameters["privacy"] ?? "").lowercased().split { $0 == "," || $0 == " " }
        return Set(words.map { String($0.prefix { $0 != "-" }) })
    }

    private static func isNumber(_ text: String) -> Bool { text.unicodeScalars.allSatisfy { "+0123456789*#".unicodeScalars.contains($0) } }

    private static let words: Set = ["anonymous", "restricted", "private", "withheld"]

    private static func isAnonymous(_ address: NameAddress) -> Bool {
        if address.uri.host == "anonymous.invalid" { return true }
        return address.uri.user.map { words.contains($0.lowercased()) } ?? false
    }

    /// What calls back reach; nil where there is nothing of it.
    private static func number(_ uri: AddressURI, _ plan: NumberPlan) -> String? {
        guard let user = uri.user?.split(whereSeparator: { $0 == ";" || $0 == "@" }).first.map(String.init) else { return nil }
        guard !["unknown", "unavailable", "asterisk"].contains(user.lowercased()) else { return nil }
        let number = plan.canonical(user)
        let kept = String(
            number.unicodeScalars.filter {
                $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil || "+*#-_.".unicodeScalars.contains($0))
            }.prefix(longest).map(Character.init))
        return kept.isEmpty ? nil : kept
    }

    /// On one line, without what turns the writing direction (it is shown among other text), and no longer than messages have it.
    private static func shown(_ name: String) -> String? {
        let visible = name.unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
            default: true
            }
        }
        var kept = String.UnicodeScalarView()
        kept.append(contentsOf: visible.prefix(longest))
        let text = String(kept)
        return text.allSatisfy(\.isWhitespace) ? nil : text
    }

    /// Characters of either (K§6.1).
    private static let longest = 35
}
