import NIOConcurrencyHelpers
import Voicemail

/// The random words that open one download each (S§3.2, S§4.1, S§5.1): thirty seconds, once. Kept in memory: after a restart a
/// client asks again.
final class DownloadGrants: Sendable {
    /// What one random opens.
    struct Grant: Sendable {
        let subject: Subject
        /// The token it was issued to, as its hash.
        let tokenHash: String
        /// Where that token's client logged in from; nil when that is unknown.
        let client: NetworkAddress?
        /// May download besides the client itself.
        let allowedAddress: NetworkAddress?
    }

    enum Subject: Sendable, Hashable {
        /// A message for life, under the name and status it had when the random was issued.
        case message(id: String, mailboxID: String, fileName: String, folder: Folder)
        case recording(Recording)
        /// The extensions asked for, nil for all of them, and both ends of the time.
        case callRecords(Set<String>?, start: WallTime, end: WallTime)
    }

    /// Seconds a random lives.
    static let lifetime = 30
    private static let maximum = 10_000

    private struct Entry {
        let grant: Grant
        let issued: Timestamp
    }

    private let clock: any WallClock
    private let entries = NIOLockedValueBox<[String: Entry]>([:])

    init(clock: any WallClock) { self.clock = clock }

    /// - Returns: the random, 32 hex digits.
    func issue(_ grant: Grant) -> String {
        let random = HexID.random()
        let now = clock.now
        entries.withLockedValue { entries in
            if entries.count >= Self.maximum {
                entries = entries.filter { Self.isAlive($0.value, now) }
                if entries.count >= Self.maximum, let oldest = entries.min(by: { $0.value.issued < $1.value.issued }) {
                    entries.removeValue(forKey: oldest.key)
                }
            }
            entries[random] = Entry(grant: grant, issued: now)
        }
        return random
    }

    /// What a random opens; nil once it has been used or is too old.
    func grant(_ random: String) -> Grant? {
        let now = clock.now
        return entries.withLockedValue { entries in
            entries[random].flatMap { Self.isAlive($0, now) ? $0.grant : nil }
        }
    }

    /// Uses a random up.
    /// - Returns: false when another request was first.
    func consume(_ random: String) -> Bool {
        entries.withLockedValue { $0.removeValue(forKey: random) } != nil
    }

    private static func isAlive(_ entry: Entry, _ now: Timestamp) -> Bool { now <= entry.issued.advanced(by: lifetime) }
}
