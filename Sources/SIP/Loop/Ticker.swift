import CRe

/// Twenty milliseconds for everybody: one timer for all calls, against a schedule that does not drift. libre keeps timers in one sorted list, so
/// one for each call would cost as many steps a packet as there are calls.
@SIPLoop final class Ticker {
    static let shared = Ticker(timer: .allocate(capacity: 1))

    /// Milliseconds.
    static let length: UInt64 = 20

    private var members: [ObjectIdentifier: any Ticking] = [:]
    /// On the heap, because libre links it into its list. nil where time passes only when it is told to.
    private let timer: UnsafeMutablePointer<tmr>?
    private var next: UInt64 = 0
    /// Told of each step how many seconds late it is.
    private var watchers: [ObjectIdentifier: @Sendable (Double) -> Void] = [:]

    /// One whose time passes when `step` is called.
    static func manual() -> Ticker { Ticker(timer: nil) }

    private init(timer: UnsafeMutablePointer<tmr>?) {
        self.timer = timer
        if let timer { tmr_init(timer) }
    }

    /// Twenty milliseconds have passed.
    func step() {
        for member in members.values { member.tick() }
    }

    func add(_ member: any Ticking) {
        members[ObjectIdentifier(member)] = member
        guard members.count == 1 else { return }
        next = tmr_jiffies() &+ Self.length
        start(in: Self.length)
    }

    func remove(_ member: any Ticking) {
        members[ObjectIdentifier(member)] = nil
        if members.isEmpty, let timer { tmr_cancel(timer) }
    }

    func watch(_ owner: AnyObject, _ told: @escaping @Sendable (Double) -> Void) { watchers[ObjectIdentifier(owner)] = told }

    func unwatch(_ owner: AnyObject) { watchers[ObjectIdentifier(owner)] = nil }

    private func start(in delay: UInt64) {
        if let timer { tmr_start(timer, delay, { _ in SIPLoop.assumeIsolated { Ticker.shared.tick() } }, nil) }
    }

    private func tick() {
        let now = tmr_jiffies()
        if now >= next {
            for told in watchers.values { told(Double(now &- next) / 1000) }
        }
        // After a pause of the whole machine the steps missed are not made up for: nobody waits for that sound any more.
        if now > next &+ 1000 { next = now }
        while next <= now {
            step()
            next &+= Self.length
        }
        if !members.isEmpty { start(in: next > now ? next &- now : 1) }
    }
}

/// Something that happens every twenty milliseconds.
@SIPLoop protocol Ticking: AnyObject {
    func tick()
}
