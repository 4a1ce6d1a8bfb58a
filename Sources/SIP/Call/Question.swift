import CRe
import Waiting

/// A request of ours within a call, and what becomes of it.
@SIPLoop final class Question {
    /// Ends with the status of the final answer; nil when there is none.
    let answer = Wait<Int?>()

    /// Asks.
    /// - Parameter headers: complete lines, each with its end.
    /// - Returns: false where it cannot be sent.
    func ask(_ method: String, _ headers: String, _ sip: OpaquePointer, _ session: OpaquePointer) -> Bool {
        // Kept until libre has told how it ended, which it does once, whatever happens.
        let me = Unmanaged.passRetained(self)
        let error = at_ask(sip, session, method, headers, Self.answered, me.toOpaque())
        if error != 0 { me.release() }
        return error == 0
    }

    private static let answered: @convention(c) (Int32, UnsafePointer<sip_msg>?, UnsafeMutableRawPointer?) -> Void = { error, message, argument in
        nonisolated(unsafe) let message = message, argument = argument
        SIPLoop.assumeIsolated {
            guard let argument else { return }
            let status = error == 0 ? message.map { Int($0.pointee.scode) } : nil
            if let status, status < 200 { return }
            Unmanaged<Question>.fromOpaque(argument).takeRetainedValue().answer.end(status)
        }
    }
}

extension Call {
    /// Asks the other side something within the call.
    /// - Returns: nil where it cannot be sent.
    func ask(_ method: String, headers: String = "") -> Question? {
        guard let sip = endpoint.sip, let session = liveSession else { return nil }
        let question = Question()
        return question.ask(method, "Contact: <\(contact)>\r\n" + headers, sip, session) ? question : nil
    }
}
