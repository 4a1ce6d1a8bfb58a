import Logging

extension FrontRequest {
    /// Logs what nobody foresaw, with the request's id. A request whose client has left, or whose time was over, did not fail.
    public func logFailure(_ what: Logger.Message, _ error: any Error) {
        guard !(error is CancellationError) else { return }
        logger.error(what, metadata: ["error": "\(error)"])
    }
}
