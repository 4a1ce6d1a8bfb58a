extension Schema {
    /// The rules as a JSON schema, for clients that validate before they send. It leaves coercion out, so whatever it accepts is stored as it was
    /// sent.
    public var jsonSchema: JSONObject {
        var schema: JSONObject = ["type": "object"]
        let required = fields.filter(\.required).map(\.name)
        // Draft 4 forbids an empty list.
        if !required.isEmpty { schema["required"] = JSON(required) }
        var properties = JSONObject()
        for field in fields {
            var property = field.kind.jsonSchema
            property["default"] = field.standard
            properties[field.name] = .object(property)
        }
        schema["properties"] = .object(properties)
        if isClosed { schema["additionalProperties"] = false }
        return schema
    }
}

extension Schema.Kind {
    /// The time zones of the system's database whose names are shorter than K§5.1 allows.
    private static let shortZones = [
        "CET", "Cuba", "EET", "EST", "Eire", "GB", "GMT", "GMT0", "HST", "Iran", "MET", "MST", "NZ", "PRC", "ROK", "UCT", "UTC", "WET", "Zulu",
    ]

    fileprivate var jsonSchema: JSONObject {
        switch self {
        case .string(let min, let max):
            var schema: JSONObject = ["type": "string"]
            if min > 0 { schema["minLength"] = .int(min) }
            schema["maxLength"] = max.map { .int($0) }
            return schema
        case .oneOf(let words): return ["type": "string", "enum": JSON(words)]
        case .email: return ["type": "string", "pattern": "^[^@]+@[^@]+$"]
        case .timeZone:
            return ["anyOf": [["type": "string", "minLength": 5, "maxLength": 32], ["type": "string", "enum": JSON(Self.shortZones)]]]
        case .boolean: return ["type": "boolean"]
        case .integer(let min, let max):
            var schema: JSONObject = ["type": "integer"]
            schema["minimum"] = min.map { .int($0) }
            schema["maximum"] = max.map { .int($0) }
            return schema
        case .array(let element): return ["type": "array", "items": .object(element.jsonSchema)]
        case .object(let schema): return schema.jsonSchema
        case .either(let first, let second): return ["anyOf": [.object(first.jsonSchema), .object(second.jsonSchema)]]
        }
    }
}
