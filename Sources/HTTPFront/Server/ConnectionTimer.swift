import NIOCore

/// The timer of a connection, which it has for life: a deadline that moves later is looked at when the timer rings, so that a request
/// costs no scheduling.
struct ConnectionTimer {
    private var deadline = NIODeadline.distantFuture
    private var scheduled: (task: Scheduled<Void>, due: NIODeadline)?

    /// - Parameter ring: makes what the loop calls. It is asked only where the timer has to be set.
    mutating func set(to deadline: NIODeadline, on loop: any EventLoop, _ ring: () -> @Sendable () -> Void) {
        self.deadline = deadline
        schedule(on: loop, ring)
    }

    mutating func extend(by time: TimeAmount) { deadline = deadline + time }

    mutating func stop() {
        deadline = .distantFuture
        scheduled?.task.cancel()
        scheduled = nil
    }

    /// Whether the deadline has passed; asked when the timer rings, which is set again where it has not.
    mutating func hasPassed(on loop: any EventLoop, _ ring: () -> @Sendable () -> Void) -> Bool {
        scheduled = nil
        if NIODeadline.now() >= deadline { return true }
        schedule(on: loop, ring)
        return false
    }

    private mutating func schedule(on loop: any EventLoop, _ ring: () -> @Sendable () -> Void) {
        if let scheduled, scheduled.due <= deadline { return }
        scheduled?.task.cancel()
        scheduled = (loop.scheduleTask(deadline: deadline, ring()), deadline)
    }
}
