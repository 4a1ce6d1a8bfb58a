/// One host of a service, as name servers tell it (RFC 2782).
public struct ServiceRecord: Sendable, Hashable {
    public let priority: UInt16
    public let weight: UInt16
    public let host: String
    public let port: UInt16

    public init(priority: UInt16, weight: UInt16, host: String, port: UInt16) {
        self.priority = priority
        self.weight = weight
        self.host = host
        self.port = port
    }

    /// In the order they are to be tried: the lowest priority first, and among equals by chance, the heavier the likelier.
    public static func order(_ records: [ServiceRecord], using random: inout some RandomNumberGenerator) -> [ServiceRecord] {
        // A service that is said not to be there (RFC 2782, "Target").
        let groups = Dictionary(grouping: records.filter { !$0.host.isEmpty && $0.host != "." }, by: \.priority)
        var ordered: [ServiceRecord] = []
        for priority in groups.keys.sorted() {
            // Records of weight 0 come first, so that they have a small chance (RFC 2782).
            var left = (groups[priority] ?? []).sorted { ($0.weight, $0.host, $0.port) < ($1.weight, $1.host, $1.port) }
            while !left.isEmpty {
                var chosen = Int.random(in: 0...left.reduce(0) { $0 + Int($1.weight) }, using: &random)
                let place = left.firstIndex { record in
                    chosen -= Int(record.weight)
                    return chosen <= 0
                }
                ordered.append(left.remove(at: place ?? 0))
            }
        }
        return ordered
    }
}
