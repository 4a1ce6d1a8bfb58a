import StoredRows
import Voicemail

/// Finds the receivers that have something due, by a walk over `delivery_target`. Each row there has a receiver and a time before which nothing
/// for him is due. A trigger makes that time earlier when a delivery is added; a claim makes it later. So the end of an attempt writes nothing there.
extension Snapshot {
    /// A target that may have something due.
    struct DueTarget {
        let channel: String
        let target: String
        /// Nothing of it is due before.
        let due: Timestamp

        fileprivate func goes(before other: Self) -> Bool { (due, channel, target) < (other.due, other.channel, other.target) }
    }

    /// Where a walk goes on.
    enum DueTargetStep {
        case toNext
        /// No other target of the channel is of interest.
        case toOtherChannels
        case nowhere
    }

    /// Visits targets with something due and nothing in progress, those first that have waited longest, for as long as `visit` goes on. Who has
    /// nothing due is not walked over, and a channel that is passed over costs one step.
    /// - Parameter mending: puts a target where it belongs of which the first delivery is due at another time than is kept, or which has none
    ///   any more. Without it such a target is visited out of its turn.
    func forEachDueTarget(
        at now: Timestamp, except channels: Set<String>, mending: ((DueTarget, Timestamp?) throws -> Void)?, _ visit: (DueTarget) throws -> DueTargetStep
    ) throws {
        // The next of each channel.
        var next: [DueTarget] = []
        var channel = try self.channel(behind: "")
        while let name = channel {
            if !channels.contains(name), let first = try target(of: name, behind: nil, by: now) { next.append(first) }
            channel = try self.channel(behind: name)
        }
        while let place = next.indices.min(by: { next[$0].goes(before: next[$1]) }) {
            let target = next[place], due = try firstDue(of: target)
            var step = DueTargetStep.toNext
            if let mending, due != target.due {
                try mending(target, due)
            } else if let due, due <= now, try !isInProgress(target, at: now) {
                step = try visit(target)
            }
            if case .nowhere = step { return }
            if case .toNext = step, let following = try self.target(of: target.channel, behind: target, by: now) {
                next[place] = following
            } else {
                next.remove(at: place)
            }
        }
    }

    private func channel(behind name: String) throws -> String? {
        var run = try connection.prepare(
            "SELECT channel FROM delivery_target INDEXED BY delivery_target_due WHERE channel > ? ORDER BY channel LIMIT 1")
        run.bind(name)
        return try run.step() ? run.text(0) : nil
    }

    private func target(of channel: String, behind place: DueTarget?, by now: Timestamp) throws -> DueTarget? {
        var run = try connection.prepare(
            """
            SELECT target, due FROM delivery_target INDEXED BY delivery_target_due
            WHERE channel = ? AND (due, target) > (?, ?) AND due <= ? ORDER BY due, target LIMIT 1
            """)
        run.bind(channel)
        run.bind(place?.due.unix ?? Int.min)
        run.bind(place?.target ?? "")
        run.bind(now)
        return try run.step() ? DueTarget(channel: channel, target: run.text(0), due: run.timestamp(1)) : nil
    }

    private func firstDue(of target: DueTarget) throws -> Timestamp? {
        var run = try connection.prepare(
            """
            SELECT due FROM delivery INDEXED BY delivery_due WHERE state = 'pending' AND channel = ? AND target = ? ORDER BY due LIMIT 1
            """)
        run.bind(target.channel)
        run.bind(target.target)
        return try run.step() ? run.timestamp(0) : nil
    }

    private func isInProgress(_ target: DueTarget, at now: Timestamp) throws -> Bool {
        var run = try connection.prepare(
            """
            SELECT 1 FROM delivery INDEXED BY delivery_claimed WHERE channel = ? AND target = ? AND claimed_until > ? AND claimed_until <> 0 LIMIT 1
            """)
        run.bind(target.channel)
        run.bind(target.target)
        run.bind(now)
        return try run.step()
    }
}
