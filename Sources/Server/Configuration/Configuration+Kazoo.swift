import KazooAPI

extension Configuration.Kazoo {
    init(_ reader: SettingsReader) {
        self.init()
        node = reader.text("kazoo.node", node)
        maximumBody = reader.number("kazoo.body_bytes", maximumBody, 1...(.max))
        rateLimit.burst = reader.number("kazoo.rate_limit.burst", rateLimit.burst, 1...1_000_000_000)
        rateLimit.perSecond = reader.number("kazoo.rate_limit.per_second", rateLimit.perSecond, 1...1_000_000_000)
        rateLimit.loginCost = reader.number("kazoo.rate_limit.login_cost", rateLimit.loginCost, 1...1_000_000_000)
        emptyNextStartKey = reader.flag("kazoo.empty_next_start_key", emptyNextStartKey)
        zipColons = reader.flag("kazoo.zip_colons", zipColons)
        recoveryPages = reader.list("kazoo.recovery_pages", recoveryPages, expecting: "URLs of http or https") { RecoveryPage($0) }
    }
}
