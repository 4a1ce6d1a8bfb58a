import Voicemail

/// What one place tells, one thing after the other: all of one target, or of several that have their channel and their destination in common.
struct DeliveryBatch: Sendable {
    /// In order.
    let deliveries: [Delivery]
    let destination: String

    /// - Parameters:
    ///   - claimed: in the order in which their targets were admitted.
    ///   - gate: as it was before.
    static func split(_ claimed: [Delivery], through gate: DestinationRecord.Gate) -> [DeliveryBatch] {
        struct Target: Hashable {
            let channel: String
            let name: String
        }
        var gate = gate, order: [Target] = [], byTarget: [Target: [Delivery]] = [:]
        for delivery in claimed {
            let target = Target(channel: delivery.channel, name: delivery.target)
            if byTarget[target] == nil { order.append(target) }
            byTarget[target, default: []].append(delivery)
        }
        var places: [(destination: String, targets: Int, deliveries: [Delivery])] = [], ofLine: [DestinationRecord.Gate.Line: [Int]] = [:]
        for target in order {
            let line = gate.line(of: target.name, target.channel), turn = gate.turn(of: target.name, target.channel)
            // The emptiest of those that were opened for it.
            let shared = turn == .behindOthers ? ofLine[line]?.min { places[$0].targets < places[$1].targets } : nil
            let index = shared ?? places.count
            if shared == nil {
                places.append((line.destination, 0, []))
                ofLine[line, default: []].append(index)
            }
            places[index].targets += 1
            places[index].deliveries += byTarget[target] ?? []
        }
        return places.map { DeliveryBatch(deliveries: $0.deliveries.sorted { $0.serial < $1.serial }, destination: $0.destination) }
    }
}
