/// Packets of one call.
public struct PacketCounts: Sendable, Hashable {
    public var received = 0
    /// From somewhere else, or of a kind that was not agreed on.
    public var dropped = 0
}

/// A packet of sound. What it points to lasts as long as the function that it is handed to.
struct HeardSound {
    let packet: RTPPacket
    /// As they came.
    let bytes: UnsafeRawBufferPointer
    let format: SoundFormat
    /// At the rate of telephones.
    let samples: UnsafeBufferPointer<Int16>
}

/// The receiver of a stream's sound and keys.
@SIPLoop protocol MediaOwner: AnyObject {
    /// Whether what is said is wanted.
    var isRecording: Bool { get }
    func pressed(_ key: Character)
    /// - Parameter sound: nil while none is wanted.
    func heard(_ sound: HeardSound?)
    /// Something of the stream that is no sound.
    func passed(_ packet: RTPPacket)
    /// The next twenty milliseconds to be sent; nil for silence.
    func nextSound() -> ArraySlice<Int16>?
    func passed20Milliseconds()
}
