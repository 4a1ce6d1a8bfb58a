import Voicemail

/// The schemas of what is served here, under the names that KAZOO gives them: client libraries validate with them before they send.
extension KazooDialect {
    var schemas: [(name: String, schema: Schema)] {
        [
            ("accounts", .account), ("api_auth", Self.keySchema), ("media", .greeting), ("user_auth", Self.loginSchema), ("users", .user),
            ("vm_message_metadata", .messageDraft), ("vmboxes", .mailbox(service.limits)), ("webhooks", .webhook),
        ]
    }

    func schemas(_ call: KazooCall) throws -> Reply {
        guard case .schema(let name) = call.route else { return .json(JSON(schemas.map(\.name))) }
        guard let (_, schema) = schemas.first(where: { $0.name == name }) else { throw KazooFailure.badIdentifier(name) }
        let head: JSONObject = ["$schema": "http://json-schema.org/draft-04/schema#", "id": .string(name)]
        return .json(.object(head.merging(schema.jsonSchema) { first, _ in first }))
    }
}
