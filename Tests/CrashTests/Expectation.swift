/// What one message should be.
struct Expectation: Hashable {
    /// Which of the writer's two mailboxes.
    var box: Int
    var folder: String
    /// The number its sound is made from; nil without sound.
    var sound: Int?
    /// The caller's number, which names the deposit it began with; a raw deposit has none.
    var caller: String
}

/// An operation whose answer never came: it happened whole, or not at all.
enum Uncertain {
    case nothing
    case created(Expectation)
    case attached(String, sound: Int)
    case filed([String], folder: String)
    case moved(String)
    case copied(String)
    case deleted([String])
}

/// What one writer was told, and what must therefore be there.
struct Ledger {
    var messages: [String: Expectation] = [:]
    var uncertain = Uncertain.nothing

    /// Compares with what is there after a restart.
    /// - Returns: what is wrong; then what is there is taken as the new truth.
    mutating func settle(with actual: [String: Expectation]) -> [String] {
        var faults: [String] = []
        var extras = actual.filter { messages[$0.key] == nil }
        for (id, expected) in messages where !allowed(expected, id).contains(actual[id]) {
            faults.append("\(id) is \(actual[id].map { "\($0)" } ?? "lost"), and was acknowledged as \(expected); \(uncertain)")
        }
        switch uncertain {
        case .created(let expected):
            if let made = extras.first(where: { $0.value == expected }) { extras.removeValue(forKey: made.key) }
        case .moved(let id), .copied(let id):
            if var expected = messages[id] {
                expected.box = 1 - expected.box
                expected.folder = "new"
                let made = extras.first { $0.value == expected }
                if let made { extras.removeValue(forKey: made.key) }
                if case .moved = uncertain, (made == nil) != (actual[id] != nil) {
                    faults.append("\(id) was half moved: here \(actual[id] != nil), there \(made != nil)")
                }
            }
        default: break
        }
        for (id, found) in extras { faults.append("\(id) came from nowhere: \(found); \(uncertain)") }
        messages = actual
        uncertain = .nothing
        return faults
    }

    private func allowed(_ expected: Expectation, _ id: String) -> [Expectation?] {
        var changed = expected
        switch uncertain {
        case .attached(id, let sound): changed.sound = sound
        case .filed(let ids, let folder) where ids.contains(id): changed.folder = folder
        case .moved(id): return [expected, nil]
        case .deleted(let ids) where ids.contains(id): return [expected, nil]
        default: break
        }
        return [expected, changed]
    }
}
