import Web

extension WebSettings {
    init(_ reader: SettingsReader) {
        self.init()
        isOn = reader.flag("web.enabled", isOn)
        path = reader.value("web.path", path, expecting: "a path such as /voicemail that no interface has", Self.path)
        idleSeconds = reader.number("web.idle_seconds", idleSeconds, 60...604_800)
        isBehindTLS = reader.flag("web.behind_tls", isBehindTLS)
        takesPINs = reader.flag("web.pin_logins", takesPINs)
    }
}
