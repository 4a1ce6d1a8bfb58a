import Logging
import Voicemail
import Waiting

/// Telling what was claimed.
extension OutboxWorker {
    /// Tells a batch one thing after the other, and holds what is told and what is still to be told for as long as that takes.
    func carryOut(_ batch: DeliveryBatch, _ number: Int, _ progress: Progress) async {
        let state = BatchState(batch.deliveries)
        await withDiscardingTaskGroup { group in
            group.addTask { await keep(state) }
            group.addTask {
                while (try? await Task.sleep(for: Self.longestUnwritten)) != nil { await writeDown(state) }
            }
            group.addTask { await spareOthers(state, progress) }
            if await giveUpOverdue(state) { await tell(state, batch.destination, number, progress) }
            // Its place is another's while it is written down what was told; its targets are held until then.
            destinations.end(number, at: batch.destination)
            progress.bell.ring()
            await writeDown(state)
            await letGo(of: state.left)
            group.cancelAll()
        }
    }

    /// - Returns: whether it is known how the batch stands.
    private func giveUpOverdue(_ state: BatchState) async -> Bool {
        let deliveries = state.left
        guard let first = deliveries.first, let channel = channels[first.channel] else { return true }
        let overdue = deliveries.filter { $0.isOverdue(channel.deadlineSeconds, at: service.clock.now) }
        guard !overdue.isEmpty else { return true }
        let isDone: Void? = await orLog("deliveries whose time has passed could not be given up") {
            try await service.outbox.giveUpOverdue(overdue, by: channel)
        }
        guard isDone != nil else { return false }
        state.remove(Set(overdue.map(\.id)))
        logger.warning(
            "deliveries given up whose time has passed", metadata: ["channel": "\(first.channel)", "count": "\(overdue.count)"])
        return true
    }

    /// Renews the claims long before they run out, until it is cancelled.
    private func keep(_ state: BatchState) async {
        while (try? await Task.sleep(for: .seconds(settings.leaseSeconds) / 3)) != nil {
            await orLog("claims could not be renewed") { try await service.outbox.renew(state.left, lease: settings.leaseSeconds) }
        }
    }

    /// Lets go of those that wait behind a target that takes long, so that another place tells them.
    private func spareOthers(_ state: BatchState, _ progress: Progress) async {
        while (try? await Task.sleep(for: settings.slowAfter)) != nil {
            let others = state.takeOthers(after: settings.slowAfter)
            guard !others.isEmpty else { continue }
            await letGo(of: others)
            progress.bell.ring()
        }
    }

    private func tell(_ state: BatchState, _ destination: String, _ number: Int, _ progress: Progress) async {
        telling: while let next = state.next() {
            guard !progress.isOver, await holds(next, of: state) else { break }
            destinations.goOn(number, at: destination)
            let continuation = await attempt(next, state, destination)
            state.remove(next.id)
            switch continuation {
            case .goOn: break
            case .withOthers: await letGo(of: state.take(next.target))
            case .stop: break telling
            }
        }
    }

    /// Whether a delivery was neither taken over nor dropped; it is held for an attempt then, and so is what comes behind it.
    private func holds(_ delivery: Delivery, of state: BatchState) async -> Bool {
        await orLog("claims could not be looked at") {
            // Mostly they last, and looking costs no write.
            if try await service.outbox.areHeld([delivery], for: settings.leaseSeconds / 2) { return true }
            return try await service.outbox.renew(state.left, lease: settings.leaseSeconds)
        } ?? false
    }

    private func letGo(of deliveries: [Delivery]) async {
        await orLog("claims stay until they run out") { try await service.outbox.unclaim(deliveries) }
    }

    private enum Continuation {
        case goOn
        /// Nothing more of this target is told.
        case withOthers
        /// Nothing more of the batch is told.
        case stop
    }

    private func attempt(_ delivery: Delivery, _ state: BatchState, _ destination: String) async -> Continuation {
        let attempt: DeliveryAttempt
        let retries: RetryPolicy
        let began = ContinuousClock.now
        if let channel = channels[delivery.channel] {
            attempt = await channel.attempt(delivery)
            retries = channel.retries
        } else {
            attempt = DeliveryAttempt(.refused("nothing carries \(delivery.channel) any more"))
            retries = RetryPolicy(maximumAttempts: 1, base: 0, ceiling: 0)
        }
        let seconds = (ContinuousClock.now - began) / .seconds(1), outcome = attempt.outcome
        let isLeftAlone = note(outcome, seconds: seconds, at: destination)
        switch outcome {
        case .delivered, .withdrawn:
            // The deliveries behind it do not wait for that.
            let end: DeliveryEnd = outcome == .delivered ? .delivered : .withdrawn
            state.add(BatchState.Ended(delivery: EndedDelivery(delivery, end, record: attempt.record), seconds: seconds))
            return .goOn
        case .failed, .failedUnder, .unreachable, .notYet, .refused: break
        }
        // Later ones do not overtake one of which it is not known how it stands: its claim stays until it runs out.
        let settlement = await state.inOrder {
            await writeEnded(of: state)
            return await orLog("the outcome of a delivery could not be written down: it will be made again") {
                try await service.outbox.settle(delivery, attempt, by: channels[delivery.channel], retries: retries, jitter: Double.random(in: 0...1))
            }
        }
        guard let settlement else { return .stop }
        // The ones behind one that was not tried do not overtake it.
        if case .notYet = outcome { return .withOthers }
        instruments.attempted(delivery.channel, Self.result(of: settlement), seconds)
        report(delivery, settlement)
        return settlement == .lost || isLeftAlone ? .stop : .goOn
    }

    /// How long it is not written down at most that a receiver has been told, so that several share a commit. A process that is killed before
    /// tells them once more.
    private static let longestUnwritten = Duration.milliseconds(50)

    private func writeDown(_ state: BatchState) async {
        await state.inOrder { await writeEnded(of: state) }
    }

    private func writeEnded(of state: BatchState) async {
        let ended = state.takeEnded()
        guard let first = ended.first else { return }
        // The receivers have been told, even if this task was cancelled meanwhile.
        let settlements = await Task {
            await orLog("outcomes of deliveries could not be written down: they will be made again") {
                try await service.outbox.settle(ended.map(\.delivery), by: channels[first.delivery.delivery.channel])
            }
        }.value
        for (each, settlement) in zip(ended, settlements ?? []) {
            let result: OutboxInstruments.Result = settlement == .lost ? .lost : each.delivery.end == .withdrawn ? .withdrawn : .delivered
            instruments.attempted(each.delivery.delivery.channel, result, each.seconds)
            report(each.delivery.delivery, settlement)
        }
    }

    /// - Returns: whether the destination is left alone for a while.
    private func note(_ outcome: DeliveryOutcome, seconds: Double, at destination: String) -> Bool {
        let finding: DestinationRecord.Finding =
            switch outcome {
            case .unreachable: .unreachable
            case .notYet, .withdrawn: .nothing
            case .delivered, .failed, .failedUnder, .refused: .answered
            }
        guard let pause = destinations.note(finding, seconds: seconds, at: destination) else { return false }
        logger.warning(
            "nobody answers there: it is left alone for a while", metadata: ["destination": "\(destination)", "seconds": "\(pause / .seconds(1))"])
        return true
    }

    private static func result(of settlement: Settlement) -> OutboxInstruments.Result {
        switch settlement {
        case .over: .delivered
        case .left(let delivery): delivery.state == .dead ? .dead : .failed
        case .lost: .lost
        }
    }

    private func report(_ delivery: Delivery, _ settlement: Settlement) {
        let metadata: Logger.Metadata = [
            "delivery": "\(delivery.id)", "channel": "\(delivery.channel)", "attempts": "\(delivery.attempts + 1)",
        ]
        switch settlement {
        case .over: logger.debug("delivered", metadata: metadata)
        case .lost: logger.warning("delivery taken over or dropped during its attempt", metadata: metadata)
        case .left(let left):
            let reason = metadata.merging(["reason": "\(left.failure)"]) { $1 }
            if left.state == .dead {
                logger.warning("delivery given up", metadata: reason)
            } else {
                logger.info("delivery postponed", metadata: reason)
            }
        }
    }
}
