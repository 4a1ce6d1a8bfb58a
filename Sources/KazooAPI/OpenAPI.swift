import COpenAPI

extension KazooDialect {
    /// The OpenAPI 3.1 description of every path and method of this dialect, as JSON (`Sources/COpenAPI/kazoo.json`).
    public static let openAPI: [UInt8] = {
        var size = 0
        let first = aftertone_openapi_kazoo(&size)
        return Array(UnsafeBufferPointer(start: first, count: size))
    }()
}
