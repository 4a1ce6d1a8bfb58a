import CRe
import Glibc

/// What libre calls for a call. It is handed an unretained pointer to it: the endpoint keeps every call until it has ended, and none of these is
/// called after that.
enum CallHandlers {
    typealias Message = UnsafePointer<sip_msg>

    static let offer: @convention(c) (UnsafeMutablePointer<UnsafeMutablePointer<mbuf>?>?, Message?, UnsafeMutableRawPointer?) -> Int32 = {
        result, message, argument in
        nonisolated(unsafe) let result = result, message = message, argument = argument
        return SIPLoop.assumeIsolated {
            guard let call = call(argument), let text = call.renew(message?.pointee.mb) else { return EPROTO }
            result?.pointee = text
            return 0
        }
    }

    static let answer: @convention(c) (Message?, UnsafeMutableRawPointer?) -> Int32 = { message, argument in
        nonisolated(unsafe) let message = message, argument = argument
        return SIPLoop.assumeIsolated { call(argument)?.take(answer: message?.pointee.mb) == true ? 0 : EPROTO }
    }

    static let established: @convention(c) (Message?, UnsafeMutableRawPointer?) -> Void = { _, argument in
        nonisolated(unsafe) let argument = argument
        SIPLoop.assumeIsolated { call(argument)?.confirm() }
    }

    static let info: @convention(c) (OpaquePointer?, Message?, UnsafeMutableRawPointer?) -> Void = { _, message, argument in
        nonisolated(unsafe) let message = message, argument = argument
        SIPLoop.assumeIsolated {
            guard let message, let call = call(argument) else { return }
            let type = message.pointee.ctyp
            var size = 0
            let body =
                at_rest(message.pointee.mb, &size).map { String(decoding: UnsafeRawBufferPointer(start: $0, count: min(size, 1024)), as: UTF8.self) } ?? ""
            guard body.isEmpty || String(type.type).lowercased() == "application" && String(type.subtype).lowercased().hasPrefix("dtmf") else {
                return call.endpoint.reply(message, 415, "Unsupported Media Type", "Accept: application/dtmf-relay, application/dtmf\r\n")
            }
            call.endpoint.reply(message, 200, "OK")
            if let key = KeyEvents.key(infoBody: body, type: String(type.subtype)) { call.pressed(key) }
        }
    }

    static let closed: @convention(c) (Int32, Message?, UnsafeMutableRawPointer?) -> Void = { error, _, argument in
        nonisolated(unsafe) let argument = argument
        SIPLoop.assumeIsolated { call(argument)?.closed(error) }
    }

    @SIPLoop private static func call(_ argument: UnsafeMutableRawPointer?) -> Call? {
        argument.map { Unmanaged<Call>.fromOpaque($0).takeUnretainedValue() }
    }
}
