/// What to call a browser in a list of sessions, out of what it says of itself: a name that people know, and the system that it runs on.
enum BrowserName {
    /// The first that occurs counts: most of them say that they are others, too.
    private static let browsers = [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
        ("Chrome", "Chrome"), ("Safari", "Safari"), ("curl", "curl"),
    ]
    private static let systems = [
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]
    private static let longest = 60

    static func of(_ agent: String) -> String {
        let agent = agent.prefix(512)
        guard let browser = browsers.first(where: { agent.contains($0.0) })?.1 else { return String(agent.prefix(longest)) }
        guard let system = systems.first(where: { agent.contains($0.0) })?.1 else { return browser }
        return "\(browser) · \(system)"
    }
}
