import SIPGrammar
import Waiting

/// One place is asked, with all that it wants to see before it says yes or no.
extension Registration {
    /// Requests of one attempt: a question for the password, one more for a nonce that is too old, one for a longer time.
    private static let mostRequests = 4
    private static let secondsRange = 1...86_400

    /// - Parameter seconds: that it is to hold; 0 gives it up.
    func register(at place: PeerAddress, seconds: Int, within patience: Int) async -> RegisterOutcome {
        var wanted = seconds
        /// Whether the question under way was asked by the answer to this attempt.
        var isFresh = false
        for _ in 0..<Self.mostRequests {
            guard let (answer, contact) = await ask(place, wanted, patience), let status = answer.status else { return .silent }
            let reason = "\(status)" + (Self.phrase(of: answer).map { " \($0)" } ?? "")
            switch status {
            case 200..<300: return .granted(seconds: granted(answer, contact, asked: wanted), at: place)
            case 401, 407:
                guard let question = DigestAnswer(answer) else { return .refused("\(reason): it asks for nothing that can be answered", isHopeless: true) }
                if isFresh, !question.isStale { return .refused("\(reason): the password or its name is wrong", isHopeless: true) }
                (digest, isFresh) = (question, true)
            case 423:
                guard let least = answer.header("Min-Expires").flatMap({ Int($0.text) }), least > wanted, Self.secondsRange.contains(least), wanted > 0 else {
                    return .refused(reason, isHopeless: true)
                }
                wanted = least
            case 408: return .silent
            default:
                let retry = answer.header("Retry-After").flatMap { Int($0.text.prefix { $0.isNumber }) }
                return .refused(reason, retry: retry, isHopeless: (400..<500).contains(status) && status != 480 && status != 491)
            }
        }
        return .refused("it does not stop asking", isHopeless: true)
    }

    private static func phrase(of answer: SIPMessage) -> String? {
        guard case .response(_, let phrase) = answer.startLine, !phrase.isEmpty else { return nil }
        return String(phrase.prefix(64))
    }

    /// - Returns: the answer, and our own address as it was told; nil where nothing came.
    private func ask(_ place: PeerAddress, _ seconds: Int, _ patience: Int) async -> (SIPMessage, String)? {
        guard let sip = endpoint.sip else { return nil }
        sequence &+= 1
        // libre adds what every request has: Via and Max-Forwards.
        var headers = """
            From: <\(settings.address)>;tag=\(tag)\r
            To: <\(settings.address)>\r
            Call-ID: \(callID)\r
            CSeq: \(sequence) REGISTER\r
            Expires: \(seconds)\r
            Allow: \(SIPEndpoint.methods)\r\n
            """
        headers += digest?.line(method: "REGISTER", uri: settings.registrar, user: settings.login ?? settings.user, password: settings.password) ?? ""
        var contact = ""
        let request = OwnRequest { [settings, endpoint] source in
            contact = "sip:\(settings.user)@\(endpoint.told(source))" + (settings.transport == .tcp ? ";transport=tcp" : "")
            return "Contact: <\(contact)>;expires=\(seconds)\r\n"
        }
        guard request.send("REGISTER", uri: settings.registrar, to: place, over: settings.transport, headers: headers, sip) else { return nil }
        self.request = request
        defer { self.request = nil }
        let timer = Task { [clock] in
            try await clock.sleep(for: .seconds(patience))
            request.answer.end(nil)
        }
        defer { timer.cancel() }
        return await request.answer.outcome().map { ($0.message, contact) }
    }

    /// For how long, as the answer says of our address; some say it of nobody in particular, and some write our address anew.
    private func granted(_ answer: SIPMessage, _ contact: String, asked: Int) -> Int {
        let listed = answer.addresses("Contact").compactMap { try? $0.get() }
        let own = try? NameAddress(Array("<\(contact)>".utf8)).uri.sip
        let mine = listed.first { address in
            guard let uri = address.uri.sip, let own else { return false }
            return uri.user == own.user && uri.host == own.host && (uri.port ?? 5060) == (own.port ?? 5060)
        }
        let named = [mine, listed.count == 1 ? listed.first : nil].compactMap { $0?.parameters["expires"].flatMap { Int($0) } }
        let seconds = named.first ?? answer.header("Expires").flatMap { Int($0.text) } ?? asked
        return min(max(seconds, Self.secondsRange.lowerBound), Self.secondsRange.upperBound)
    }
}
