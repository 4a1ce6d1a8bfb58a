import COpenAPI

extension SSeriesDialect {
    /// The OpenAPI 3.1 description of every endpoint of this dialect, as JSON (`Sources/COpenAPI/s-series.json`).
    public static let openAPI: [UInt8] = {
        var size = 0
        let first = aftertone_openapi_s_series(&size)
        return Array(UnsafeBufferPointer(start: first, count: size))
    }()
}
