import COpenAPI

extension IntakeDialect {
    /// The OpenAPI 3.1 description of this interface, as JSON (`Sources/COpenAPI/intake.json`).
    public static let openAPI: [UInt8] = {
        var size = 0
        let first = aftertone_openapi_intake(&size)
        return Array(UnsafeBufferPointer(start: first, count: size))
    }()
}
