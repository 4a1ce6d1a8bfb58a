import S3Archive

extension S3Options {
    /// - Returns: nil where audio is in a directory.
    init?(_ reader: SettingsReader) {
        let kind = reader.word("archive.kind", Configuration.ArchiveKind.directory)
        let endpoint = reader.value("archive.endpoint", S3Endpoint?.none, expecting: "a URL such as https://s3.example, without a path") {
            $0.isEmpty ? .some(nil) : S3Endpoint($0).map { .some($0) }
        }
        let bucket = reader.value("archive.bucket", String?.none, expecting: "the name of a bucket, of lower-case letters, digits, - and .") {
            $0.isEmpty ? .some(nil) : S3Options.isBucket($0) ? .some($0) : nil
        }
        let region = reader.value("archive.region", "us-east-1", expecting: "a region such as eu-west-1") { S3Options.isRegion($0) ? $0 : nil }
        let pathStyle = reader.flag("archive.path_style", false)
        let prefix = reader.value("archive.prefix", "", expecting: "nothing, or letters, digits, -, _, . and / such as calls/") {
            $0.isEmpty || S3Options.isPrefix($0) ? $0 : nil
        }
        let file = reader.optionalPath("archive.credentials_file"), authorities = reader.optionalPath("archive.authorities_file")
        let encryption = reader.word("archive.encryption", Encryption.bucket)
        let connections = reader.number("archive.connections", 64, 1...4096), seconds = reader.number("archive.request_seconds", 20, 1...600)
        let part = reader.number("archive.part_bytes", 8 << 20, (5 << 20)...(1 << 30)), cache = reader.number("archive.cache_bytes", 256 << 20, 0...(.max))
        guard kind == .s3 else {
            for (key, isSet) in [
                ("endpoint", endpoint != nil), ("bucket", bucket != nil), ("prefix", !prefix.isEmpty), ("credentials_file", file != nil),
                ("authorities_file", authorities != nil), ("encryption", encryption != .bucket), ("path_style", pathStyle),
            ] where isSet {
                reader.refuse("archive.\(key)", because: "needs archive.kind s3", given: ["archive.kind", "archive.\(key)"])
            }
            return nil
        }
        guard let endpoint, let bucket else {
            reader.refuse("archive.kind", because: "is s3, which needs archive.endpoint and archive.bucket", given: ["archive.endpoint", "archive.bucket"])
            return nil
        }
        if !pathStyle, !endpoint.isName {
            reader.refuse("archive.path_style", because: "must be true where archive.endpoint is an address", given: ["archive.path_style"])
        }
        if authorities != nil, !endpoint.isSecure { reader.refuse("archive.authorities_file", because: "needs an archive.endpoint of https") }
        for key in ["archive.directory", "archive.quota_bytes"] where reader.isSet(key) {
            reader.refuse(key, because: "is of a directory, and archive.kind is s3", given: [key])
        }
        let given = reader.variables(S3Credentials.init(environment:)).map(CredentialSource.given)
        self.init(
            endpoint: endpoint, bucket: bucket, region: region, pathStyle: pathStyle, prefix: prefix,
            credentials: file.map(CredentialSource.file) ?? given ?? .none)
        self.authorities = authorities
        self.encryption = encryption
        self.connections = connections
        requestSeconds = seconds
        partBytes = part
        cacheBytes = cache
    }
}
