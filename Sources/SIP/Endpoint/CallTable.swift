import CRe
import Waiting

/// The calls under way, found by what is asked for: the call of a request, those of a peer, how many there are.
@SIPLoop final class CallTable {
    private var calls: [ObjectIdentifier: Call] = [:]
    /// By the names that the other side gave them.
    private var named: [String: [Call]] = [:]
    private var countsOfPeers: [String: Int] = [:]
    /// Ends when the last call does, once somebody waits for that.
    private var idle: Wait<Void>?

    var count: Int { calls.count }
    var all: [Call] { Array(calls.values) }

    func count(of peer: PeerAddress) -> Int { countsOfPeers[peer.host, default: 0] }

    func add(_ call: Call) {
        calls[ObjectIdentifier(call)] = call
        named[call.invitation.callID, default: []].append(call)
        countsOfPeers[call.invitation.source.host, default: 0] += 1
    }

    func remove(_ call: Call) {
        guard calls.removeValue(forKey: ObjectIdentifier(call)) != nil else { return }
        let peer = call.invitation.source.host, name = call.invitation.callID
        named[name]?.removeAll { $0 === call }
        if named[name]?.isEmpty == true { named[name] = nil }
        countsOfPeers[peer, default: 1] -= 1
        if countsOfPeers[peer] == 0 { countsOfPeers[peer] = nil }
        if calls.isEmpty { idle?.end(()) }
    }

    /// The call that a request belongs to.
    func call(of message: UnsafePointer<sip_msg>) -> Call? {
        named[String(message.pointee.callid)]?.first { $0.isCalled(by: message) }
    }

    /// Waits until none is left.
    func waitUntilEmpty(within limit: Duration) async {
        guard !calls.isEmpty else { return }
        let idle = Wait<Void>()
        self.idle = idle
        await idle.outcome(within: limit) { idle.end(()) }
    }
}
