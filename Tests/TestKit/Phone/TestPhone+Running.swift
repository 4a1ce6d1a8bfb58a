extension TestPhone {
    /// Runs `body` with a phone, which is closed afterwards.
    /// - Parameter server: the port of the server's SIP.
    public static func run<Value: Sendable>(server: Int, _ body: (TestPhone) async throws -> Value) async throws -> Value {
        let phone = try TestPhone(server: server)
        defer { phone.close() }
        return try await body(phone)
    }

    /// Says nothing for a moment and hangs up: what was said before is heard before the call ends.
    public func sayGoodbye() async throws {
        try await sound.say(hertz: nil, milliseconds: 200)
        try await hangUp()
    }
}
