import CRe
import Glibc
import Waiting

/// One call, with what can be done with it. The caller has it rung when it is handed out; everything said here ends when the call does.
@SIPLoop public final class Call {
    public nonisolated let invitation: Invitation
    /// Ends with the call.
    public nonisolated let over = Wait<CallEnding>()

    let media: MediaStream
    private let description: SessionDescription
    private let isOfferOurs: Bool
    /// Where the other side sends its further requests.
    private(set) var contact = ""
    /// Whether the other side was asked to call somebody else.
    var hasTransferred = false
    private var session: OpaquePointer?
    unowned let endpoint: SIPEndpoint
    /// The side whose offer waits for an answer (RFC 3264 §4): there is one at a time.
    private(set) var openOffer: Side?
    private let established = Wait<Bool>()
    private var isEstablished = false
    private var ending: CallEnding?

    enum Side: Hashable { case us, them }

    var playing: Playing?
    var recording: SoundRecorder?
    /// Keys that nobody has asked for yet.
    var pressedKeys: [Character] = []
    var keyWait: Wait<Character?>?
    /// Steps after which the call ends whatever it does.
    let longestSteps: Int
    var life: SignsOfLife

    init(
        _ invitation: Invitation, media: MediaStream, description: SessionDescription, agreement: SessionDescription.Agreement?, endpoint: SIPEndpoint,
        limits: CallLimits
    ) {
        self.invitation = invitation
        self.media = media
        self.description = description
        self.endpoint = endpoint
        isOfferOurs = agreement == nil
        openOffer = agreement == nil ? nil : .them
        longestSteps = limits.longestCall * 50
        life = SignsOfLife(seconds: limits.quietSeconds)
        if let agreement { media.agree(on: agreement) }
        media.owner = self
    }

    // MARK: Verbs

    /// For requests within it; nil when it is over.
    var liveSession: OpaquePointer? { ending == nil ? session : nil }
    public var isOver: Bool { ending != nil }
    /// How its sound is written.
    public var format: SoundFormat { media.format }
    public var packets: PacketCounts { media.counts }

    /// Answers it.
    /// - Returns: false when it had ended, or ended before the other side confirmed.
    public func answer() async -> Bool {
        guard let session, ending == nil, let text = description.write(isOffer: isOfferOurs) else { return false }
        defer { mem_deref(text) }
        guard at_answer(session, text) == 0 else {
            end(.lost)
            return false
        }
        openOffer = isOfferOurs ? .us : nil
        return await established.outcome()
    }

    /// Does not take it.
    public func refuse(_ refusal: CallRefusal) {
        guard let session, ending == nil else { return }
        _ = at_reject(session, refusal.code, refusal.reason, refusal.headers)
        end(.refused)
    }

    /// Plays a sound to its end.
    /// - Parameter isInterruptible: whether a key stops it at once. A key that was pressed before does, too.
    public func play(_ clip: Clip, isInterruptible: Bool = true) async -> PlayEnd {
        guard ending == nil else { return .over }
        if isInterruptible, !pressedKeys.isEmpty { return .key(pressedKeys.removeFirst()) }
        let playing = Playing(clip, isInterruptible: isInterruptible)
        self.playing = playing
        return await playing.ended.outcome()
    }

    /// Records what is said.
    /// - Parameter kept: the format that the recording is kept in, whatever the sound comes in; nil for the one that is agreed on now.
    /// - Returns: when it is over by the rules, by a key or with the call.
    public func record(to sink: any SoundSink, as kept: SoundFormat? = nil, _ rules: RecordRules) async -> RecordEnd {
        pressedKeys.removeAll()
        let recording = SoundRecorder(kept ?? format, to: sink, rules)
        if ending == nil { self.recording = recording } else { recording.end(.over) }
        return await recording.ended.outcome()
    }

    /// Waits for a key.
    /// - Returns: nil when the time was over, or the call.
    public func key(within limit: Duration) async -> Character? {
        if !pressedKeys.isEmpty { return pressedKeys.removeFirst() }
        guard ending == nil else { return nil }
        let wait = Wait<Character?>()
        keyWait = wait
        return await wait.outcome(within: limit) { wait.end(nil) }
    }

    public func hangUp() { end(.us) }

    // MARK: What libre tells

    /// Rings: from here on libre tells what becomes of it.
    /// - Parameter contact: where the other side's further requests are to go.
    /// - Returns: false when the request cannot be worked with.
    func ring(_ message: UnsafePointer<sip_msg>, over sock: OpaquePointer, contact: String) -> Bool {
        self.contact = contact
        return at_accept(
            &session, sock, message, 180, "Ringing", contact, CallHandlers.offer, CallHandlers.answer, CallHandlers.established,
            CallHandlers.info, CallHandlers.closed, Unmanaged.passUnretained(self).toOpaque()) == 0
    }

    func confirm() {
        guard ending == nil else { return }
        isEstablished = true
        media.begin()
        established.end(true)
    }

    /// The other side has sent a new description.
    /// - Returns: our answer, which libre lets go of; nil where nothing of it can be used.
    func renew(_ body: UnsafeMutablePointer<mbuf>?) -> UnsafeMutablePointer<mbuf>? {
        guard let body, mbuf_get_left(body) > 0 else {
            openOffer = .us
            return description.write(isOffer: true)
        }
        guard let agreement = description.read(body, isOffer: true) else { return nil }
        media.agree(on: agreement)
        return description.write(isOffer: false)
    }

    /// The other side has answered our offer.
    func take(answer body: UnsafeMutablePointer<mbuf>?) -> Bool {
        guard let body, let agreement = description.read(body, isOffer: false) else { return false }
        openOffer = nil
        media.agree(on: agreement)
        return true
    }

    func isCalled(by message: UnsafePointer<sip_msg>) -> Bool {
        guard let session, let dialog = sipsess_dialog(session) else { return false }
        return sip_dialog_cmp(dialog, message)
    }

    /// Whether a request comes in its turn (RFC 3261 §12.2.2); it is the last one then.
    func takesNumber(of message: UnsafePointer<sip_msg>) -> Bool { session.map { sip_dialog_rseq_valid(sipsess_dialog($0), message) } ?? false }

    func closed(_ error: Int32) {
        end(error == ECONNRESET ? (isEstablished ? .caller : .cancelled) : .lost)
    }

    /// Ends it, once.
    func end(_ ending: CallEnding) {
        guard self.ending == nil else { return }
        self.ending = ending
        // Says BYE, or refuses what was not answered, unless the other side has ended it.
        if let session { mem_deref(UnsafeMutableRawPointer(session)) }
        session = nil
        media.close()
        playing?.ended.end(.over)
        recording?.end(.over)
        keyWait?.end(nil)
        (playing, recording, keyWait) = (nil, nil, nil)
        established.end(false)
        description.close()
        over.end(ending)
        endpoint.table.remove(self)
    }
}
