import Foundation
import Voicemail

/// A page of a front end that takes a link to a new password.
///
/// Only the pages that an administrator has named are taken: whoever asks for a link could name one of his own, and be handed the
/// link by the user who follows it.
public struct RecoveryPage: Sendable, Hashable {
    /// Without query, fragment and final slash; scheme and host in lower case.
    private let text: String

    /// - Returns: nil for anything but an absolute URL of http or https.
    public init?(_ text: String) {
        guard let receiver = ReceiverURL(text), var url = URLComponents(string: text), url.user == nil, url.password == nil else { return nil }
        url.query = nil
        url.fragment = nil
        url.scheme = url.scheme?.lowercased()
        url.percentEncodedHost = url.percentEncodedHost?.lowercased()
        url.port = url.port == nil ? nil : receiver.port
        while url.percentEncodedPath.hasSuffix("/") { url.percentEncodedPath.removeLast() }
        guard let plain = url.string else { return nil }
        self.text = plain
    }
}
