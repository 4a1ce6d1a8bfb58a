import HTTPFront
import ServiceLifecycle
import UnixSignals

/// Reads the certificates and the configuration anew when a signal says so.
struct CertificateReload: Service {
    let front: Front
    let signals: [UnixSignal]
    let reread: @Sendable () async -> Void

    func run() async throws {
        guard !signals.isEmpty else { return try await gracefulShutdown() }
        for await _ in await UnixSignalsSequence(trapping: signals).cancelOnGracefulShutdown() {
            await front.reloadCertificates()
            await reread()
        }
    }
}
