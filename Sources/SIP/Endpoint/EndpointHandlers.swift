import CRe

/// What libre calls for an endpoint, which stays alive until it has closed.
enum EndpointHandlers {
    typealias Message = UnsafePointer<sip_msg>

    static let request: @convention(c) (Message?, UnsafeMutableRawPointer?) -> Bool = { message, argument in
        nonisolated(unsafe) let message = message, argument = argument
        return SIPLoop.assumeIsolated {
            guard let message, let endpoint = endpoint(argument) else { return true }
            return endpoint.answers(message)
        }
    }

    static let invited: @convention(c) (Message?, UnsafeMutableRawPointer?) -> Void = { message, argument in
        nonisolated(unsafe) let message = message, argument = argument
        SIPLoop.assumeIsolated {
            if let message { endpoint(argument)?.invite(message) }
        }
    }

    /// A message has come, or is sent.
    static let passed: @convention(c) (Bool, sip_transp, UnsafePointer<sa>?, UnsafePointer<sa>?, UnsafePointer<UInt8>?, Int, UnsafeMutableRawPointer?) -> Void =
        {
            isSent, transport, source, target, bytes, count, argument in
            let peer = (isSent ? target : source)?.pointee
            nonisolated(unsafe) let bytes = bytes, argument = argument
            SIPLoop.assumeIsolated {
                guard let bytes, let peer else { return }
                endpoint(argument)?.trace(isSent: isSent, transport, peer, UnsafeRawBufferPointer(start: bytes, count: count))
            }
        }

    static let exited: @convention(c) (UnsafeMutableRawPointer?) -> Void = { argument in
        nonisolated(unsafe) let argument = argument
        SIPLoop.assumeIsolated { endpoint(argument)?.exited() }
    }

    @SIPLoop private static func endpoint(_ argument: UnsafeMutableRawPointer?) -> SIPEndpoint? {
        argument.map { Unmanaged<SIPEndpoint>.fromOpaque($0).takeUnretainedValue() }
    }
}
