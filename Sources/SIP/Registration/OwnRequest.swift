import CRe
import Glibc
import SIPGrammar
import Waiting

/// A request of ours outside of any call, and what becomes of it.
@SIPLoop final class OwnRequest {
    struct Answer: Sendable {
        let message: SIPMessage
        let source: PeerAddress
    }

    /// Ends with the final answer; nil when there is none.
    let answer = Wait<Answer?>()
    /// Lines that depend on the address of ours that it leaves from, each with its end.
    private let lines: @SIPLoop (PeerAddress) -> String

    /// - Parameter lines: made of the address that it leaves from.
    init(lines: @escaping @SIPLoop (PeerAddress) -> String) { self.lines = lines }

    /// - Parameters:
    ///   - hop: where it goes, whatever its URI says.
    ///   - headers: complete lines, each with its end.
    /// - Returns: false where it cannot be sent.
    func send(_ method: String, uri: String, to hop: PeerAddress, over transport: SIPTransport, headers: String, _ sip: OpaquePointer) -> Bool {
        // Kept until libre has told how it ended, which it does once, whatever happens.
        let me = Unmanaged.passRetained(self)
        let error = at_request(
            sip, method, uri, "sip:\(hop);transport=\(transport.rawValue)", headers + "Content-Length: 0\r\n\r\n", Self.leaving, Self.answered, me.toOpaque())
        if error != 0 { me.release() }
        return error == 0
    }

    private static let leaving:
        @convention(c) (
            sip_transp, UnsafePointer<sa>?, UnsafePointer<sa>?, UnsafeMutablePointer<mbuf>?, UnsafeMutableRawPointer?
        ) -> Int32 = { _, source, _, buffer, argument in
            nonisolated(unsafe) let source = source, buffer = buffer, argument = argument
            return SIPLoop.assumeIsolated {
                guard let argument, let source = source?.pointee, let buffer else { return EINVAL }
                let text = Array(Unmanaged<OwnRequest>.fromOpaque(argument).takeUnretainedValue().lines(PeerAddress(source)).utf8)
                return mbuf_write_mem(buffer, text, text.count)
            }
        }

    private static let answered: @convention(c) (Int32, UnsafePointer<sip_msg>?, UnsafeMutableRawPointer?) -> Void = { error, message, argument in
        nonisolated(unsafe) let message = message, argument = argument
        SIPLoop.assumeIsolated {
            guard let argument else { return }
            var answer: Answer?
            if error == 0, let message {
                if message.pointee.scode < 200 { return }
                answer = SIPMessage(of: message).map { Answer(message: $0, source: PeerAddress(message.pointee.src)) }
            }
            Unmanaged<OwnRequest>.fromOpaque(argument).takeRetainedValue().answer.end(answer)
        }
    }
}
