import HTTPTypes

extension HTTPField.Name {
    /// Names a request in both directions.
    public static let xRequestID = literal("X-Request-ID")

    /// For names that are written out in source and so known to be tokens.
    private static func literal(_ name: StaticString) -> HTTPField.Name {
        // Not reachable from outside: the argument is a literal of this file.
        HTTPField.Name("\(name)")!
    }
}
