import Voicemail

/// Collects the peaks of a sound whose length is not known beforehand, in constant memory.
///
/// Peaks are kept for stretches of equal length; when there are too many, neighbours are joined and stretches
/// are twice as long from then on. There are always eight or more for each peak asked for at the most, so that they can be
/// dealt out evenly afterwards.
struct PeakMeter {
    private var stretches: [Peak] = []
    private var stretchLength = 1
    private var current: Peak?
    private var currentLength = 0
    private var total = 0

    private static let mostStretches = 65536

    mutating func add(_ samples: some Sequence<Float>) {
        for sample in samples {
            current = current.map { Peak(low: min($0.low, sample), high: max($0.high, sample)) } ?? Peak(low: sample, high: sample)
            currentLength += 1
            if currentLength == stretchLength { closeStretch() }
        }
    }

    private mutating func closeStretch() {
        guard let peak = current else { return }
        stretches.append(peak)
        total += currentLength
        current = nil
        currentLength = 0
        guard stretches.count == Self.mostStretches else { return }
        stretches = stride(from: 0, to: stretches.count, by: 2).map { stretches[$0].joined(with: stretches[$0 + 1]) }
        stretchLength *= 2
    }

    /// `count` peaks, evenly spread; where the sound has fewer samples, some repeat.
    mutating func finish(count: Int) -> [Peak] {
        closeStretch()
        guard !stretches.isEmpty else { return [] }
        // In whole samples, so that a last stretch cut short weighs what it is.
        return (0..<count).map { index in
            let first = min(total * index / count / stretchLength, stretches.count - 1)
            let end = max(first + 1, min((total * (index + 1) / count + stretchLength - 1) / stretchLength, stretches.count))
            return stretches[first..<end].dropFirst().reduce(stretches[first]) { $0.joined(with: $1) }
        }
    }
}

extension Peak {
    func joined(with other: Peak) -> Peak {
        Peak(low: min(low, other.low), high: max(high, other.high))
    }
}
