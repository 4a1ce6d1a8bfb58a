import StoredRows
import Voicemail

/// Finds the receivers that have something due, by a walk over `delivery_target`. Each row there has a receiver and a time before which nothing
/// for him is due. A trigger makes that time earlier when a delivery is added; a claim makes it later. So the end of an attempt writes nothing there,
/// and does not collide with transactions that plan deliveries.
extension Snapshot {
    /// A target that may have something due.
    struct DueTarget {
        let channel: String
        let target: String
        /// Nothing of it is due before.
        let kept: Timestamp
        /// When its first delivery is due; nil where it has none.
        let due: Timestamp?
        let isInProgress: Bool
    }

    /// Targets of a channel that are looked at at once.
    private static let page = 64

    /// Those with something due and nothing in progress that are admitted, those first that have waited longest. Who has nothing due is not
    /// looked at.
    /// - Parameter mending: puts targets where they belong of which the first delivery is due at another time than is kept.
    func dueTargets(
        at now: Timestamp, limit: Int, through gate: any DeliveryGate, mending: (([DueTarget]) throws -> Void)?
    ) throws -> [DueTarget] {
        var gate = gate, admitted: [DueTarget] = [], passed = gate.closedChannels, places: [String: DueTarget] = [:]
        // A target that was moved to its own place in the order may come up there again.
        var asked: Set<[String]> = []
        while admitted.count < limit {
            let found = try targets(dueBy: now, except: passed, behind: places)
            try mending?(found.filter { $0.due != $0.kept })
            for target in found.sorted(by: { $0.goes(before: $1) }) where admitted.count < limit && !passed.contains(target.channel) {
                guard let due = target.due, due <= now, !target.isInProgress, asked.insert([target.channel, target.target]).inserted else { continue }
                if gate.admits(target.channel, target.target) {
                    admitted.append(target)
                } else if gate.closedChannels.contains(target.channel) {
                    // Many may wait behind the last one for whom there was room.
                    passed.insert(target.channel)
                }
            }
            let channels = Dictionary(grouping: found, by: \.channel).filter { $0.value.count == Self.page && !passed.contains($0.key) }
            guard !channels.isEmpty else { break }
            passed.formUnion(found.map(\.channel).filter { channels[$0] == nil })
            places = channels.compactMapValues(\.last)
        }
        return admitted
    }

    /// Of each channel the next ones, in the order in which they are kept.
    private func targets(dueBy now: Timestamp, except channels: Set<String>, behind places: [String: DueTarget]) throws -> [DueTarget] {
        let places = Array(places.values)
        return try rows(
            """
            WITH RECURSIVE named AS (
                (SELECT channel FROM delivery_target ORDER BY channel LIMIT 1)
                UNION ALL
                SELECT next.channel FROM named CROSS JOIN LATERAL (
                    SELECT channel FROM delivery_target WHERE channel > named.channel ORDER BY channel LIMIT 1) AS next),
            starts AS (
                SELECT channel, coalesce(place.due, \(Int.min)) AS due, coalesce(place.target, '') AS target FROM named
                LEFT JOIN unnest(\(places.map(\.channel)), \(places.map(\.kept.unix)), \(places.map(\.target))) AS place (channel, due, target)
                USING (channel) WHERE channel <> ALL(\(channels.sorted())))
            SELECT waiting.channel, waiting.target, waiting.due,
                (SELECT due FROM delivery AS first WHERE state = 'pending' AND first.channel = waiting.channel AND first.target = waiting.target
                    ORDER BY due LIMIT 1),
                (EXISTS (SELECT 1 FROM delivery AS held WHERE held.channel = waiting.channel AND held.target = waiting.target
                    AND held.claimed_until > \(now) AND held.claimed_until <> 0))::int
            FROM starts CROSS JOIN LATERAL (
                SELECT channel, target, due FROM delivery_target AS listed WHERE listed.channel = starts.channel
                AND (listed.due, listed.target) > (starts.due, starts.target) AND listed.due <= \(now)
                ORDER BY listed.due, listed.target LIMIT \(Self.page)) AS waiting
            ORDER BY waiting.channel, waiting.due, waiting.target
            """
        ).map {
            DueTarget(
                channel: $0.text(0), target: $0.text(1), kept: $0.timestamp(2), due: $0.isNull(3) ? nil : $0.timestamp(3), isInProgress: $0.int(4) != 0)
        }
    }
}

extension Snapshot.DueTarget {
    fileprivate func goes(before other: Self) -> Bool {
        (due ?? kept, channel, target) < (other.due ?? other.kept, other.channel, other.target)
    }
}
