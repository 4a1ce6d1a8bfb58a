import COpenAPI

extension PSeriesDialect {
    /// The OpenAPI 3.1 description of every endpoint of this dialect, as JSON (`Sources/COpenAPI/p-series.json`).
    public static let openAPI: [UInt8] = {
        var size = 0
        let first = aftertone_openapi_p_series(&size)
        return Array(UnsafeBufferPointer(start: first, count: size))
    }()
}
