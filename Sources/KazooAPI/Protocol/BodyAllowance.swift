import HTTPFront
import NIOCore
import Voicemail

/// How much of a request's body is taken before it is known what it says, and from whom.
struct BodyAllowance {
    private let sender: BodySender
    private let bytes: Int

    /// Bytes of a body that may bring its token with it: enough to name as many messages as a request may.
    private static let withTokenInside = 1 << 20

    /// - Parameter early: what the token before the body and the path lead to.
    init(_ path: RoutedPath?, _ early: AccessEntry, _ settings: KazooSettings) {
        if path?.route.isPublic == true {
            // Endpoints without a login need small bodies only, whoever calls them.
            (sender, bytes) = (.stranger, min(settings.maximumBody, RequestBody.smallest))
        } else if early.principal != nil {
            (sender, bytes) = (.known, settings.maximumBody)
        } else {
            (sender, bytes) = (.stranger, min(settings.maximumBody, Self.withTokenInside))
        }
    }

    /// Reads a body that is an envelope; that of any other type is left where it is.
    func envelope(of request: FrontRequest, _ contentType: RequestContentType) async throws -> RequestEnvelope {
        guard contentType.isEnvelope else { return RequestEnvelope() }
        let bytes: ByteBuffer
        do { bytes = try await request.body.collect(upTo: self.bytes, from: sender) } catch BodyError.tooLarge {
            throw KazooFailure.tooLarge(self.bytes)
        } catch BodyError.busy {
            throw KazooFailure.tooManyRequests
        } catch {
            throw KazooFailure.parseError()
        }
        return contentType == .form ? try RequestEnvelope(form: bytes) : try RequestEnvelope(parsing: bytes)
    }
}
