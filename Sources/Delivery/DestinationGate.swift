import Voicemail

extension DestinationRecord {
    /// The destinations that may be tried at a moment.
    struct Gate: DeliveryGate {
        /// How a target gets its turn.
        enum Turn {
            case atOnce
            /// Behind others of its channel that go to the same place.
            case behindOthers
        }

        struct Line: Hashable {
            let channel: String
            let destination: String
        }

        let channels: [String: any DeliveryChannel]
        let places: Int
        let perDestination: Int
        let perPlace: Int
        /// Batches under way, by destination.
        var running: [String: Int] = [:]
        var quick = 0
        var slow = 0
        var suspects: Set<String> = []
        /// Of them, those that were slow and no worse.
        var answering: Set<String> = []
        var closed: Set<String> = []
        var probes: Set<String> = []
        /// Targets that can still be told behind those that were admitted.
        private var following: [Line: Int] = [:]

        init(channels: [String: any DeliveryChannel], places: Int, perDestination: Int, perPlace: Int) {
            self.channels = channels
            self.places = places
            self.perDestination = perDestination
            self.perPlace = perPlace
        }

        /// What takes long and finds no room beside the others keeps its place among them.
        private var quickRoom: Int { places - quick - max(0, slow - places) }
        private var slowRoom: Int { places - slow }

        /// Targets that can be taken at most.
        var room: Int { (max(0, quickRoom) + max(0, slowRoom)) * perPlace }

        /// Those whose targets all have the same destination, where that is not to be asked.
        var closedChannels: Set<String> {
            guard !closed.isEmpty || !running.isEmpty else { return [] }
            return Set(
                channels.filter { name, channel in
                    // No target has such a name: who gives one for it gives the same for all.
                    let shared = channel.destination(of: "\0")
                    return shared == channel.destination(of: "\0\0") && place(at: shared) == nil
                        && following[Line(channel: name, destination: shared), default: 0] == 0
                }.keys)
        }

        mutating func admits(_ channel: String, _ target: String) -> Bool { turn(of: target, channel) != nil }

        /// - Returns: nil where the target is not admitted.
        mutating func turn(of target: String, _ channel: String) -> Turn? {
            let line = line(of: target, channel), destination = line.destination
            if let place = place(at: destination) {
                switch place {
                case .quick: quick += 1
                case .slow: slow += 1
                }
                running[destination, default: 0] += 1
                if probes.contains(destination) { closed.insert(destination) }
                // No target waits behind a destination that may not answer.
                if !suspects.contains(destination) { following[line, default: 0] += perPlace - 1 }
                return .atOnce
            }
            guard let room = following[line], room > 0 else { return nil }
            following[line] = room - 1
            return .behindOthers
        }

        func line(of target: String, _ channel: String) -> Line {
            Line(channel: channel, destination: channels[channel]?.destination(of: target) ?? channel)
        }

        private enum Place {
            case quick, slow
        }

        /// - Returns: nil where there is none free.
        private func place(at destination: String) -> Place? {
            guard !closed.contains(destination), running[destination, default: 0] < perDestination else { return nil }
            guard suspects.contains(destination) else { return quickRoom > 0 ? .quick : nil }
            if slowRoom > 0 { return .slow }
            // Destinations that hang must not hold up those that answer: half of the places are for quick ones.
            return answering.contains(destination) && quickRoom > places / 2 ? .quick : nil
        }
    }
}
