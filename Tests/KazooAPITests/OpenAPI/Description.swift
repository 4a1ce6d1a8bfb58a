import KazooAPI
import TestKit

typealias Description = OpenAPIDescription

extension OpenAPIDescription {
    /// Parsed once for all tests.
    private static let served = Result { try OpenAPIDescription(KazooDialect.openAPI) }

    /// The description of this interface.
    static func load() throws -> OpenAPIDescription { try served.get() }
}
