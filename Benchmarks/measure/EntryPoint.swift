import ArgumentParser

@main
struct EntryPoint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure", abstract: "The yardsticks and helpers of scripts/bench.",
        subcommands: [
            Hello.self, RawLoop.self, Fill.self, FillSounds.self, FillRecordings.self, Extensions.self, Convert.self, Receive.self,
            FillEvents.self, Sink.self, Push.self, MailSink.self,
        ])
}

/// What a run counted, as one line of JSON.
func report(_ count: Int, in time: Duration) {
    let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
    print("{\"count\":\(count),\"seconds\":\(seconds)}")
}
