import Waiting

/// One sound that is being played.
@SIPLoop final class Playing {
    let ended = Wait<PlayEnd>()
    let isInterruptible: Bool
    private let samples: [Int16]
    private var position = 0

    init(_ clip: Clip, isInterruptible: Bool) {
        samples = clip.samples
        self.isInterruptible = isInterruptible
    }

    func next() -> ArraySlice<Int16>? {
        guard position < samples.count else { return nil }
        let end = min(position + Clip.rate / 50, samples.count)
        defer { position = end }
        return samples[position..<end]
    }
}
