import Testing

@testable import SIPGrammar

/// The messages of RFC 4475, and what an element that ends calls makes of each.
@Suite struct TortureTests {
    enum Fate: Hashable, Sendable { case taken, answered(Int), dropped }

    static let fates: [String: Fate] = [
        // RFC 4475 §3.1.1, valid.
        "wsinv": .taken, "intmeth": .taken, "esc01": .taken, "escnull": .taken, "esc02": .taken, "lwsdisp": .taken, "longreq": .taken, "dblreq": .taken,
        "semiuri": .taken, "transports": .taken, "mpart01": .taken, "unreason": .taken, "noreason": .taken,
        // RFC 4475 §3.1.2, invalid.
        "badinv01": .answered(400), "clerr": .answered(400), "ncl": .answered(400), "scalar02": .answered(400), "scalarlg": .dropped,
        "quotbal": .answered(400), "ltgtruri": .answered(400), "lwsruri": .answered(400), "lwsstart": .answered(400), "trws": .answered(400),
        "regbadct": .answered(400), "badaspec": .answered(400), "badvers": .answered(505), "mismatch01": .answered(400), "mismatch02": .answered(400),
        "bigcode": .dropped,
        // The RFC leaves it to us to be liberal: headers of the request's URI are passed over, a date is not read, and a name without
        // its quotes is understood.
        "escruri": .taken, "baddate": .taken, "baddn": .taken,
        // RFC 4475 §3.2 and §3.3, about what is not grammar, or no longer.
        "badbranch": .taken, "insuf": .answered(400), "unkscm": .answered(416), "novelsc": .answered(416), "unksm2": .taken, "bext01": .taken,
        "invut": .taken, "regaut01": .taken, "multi01": .answered(400), "mcl01": .answered(400), "bcast": .taken, "zeromf": .taken, "cparam01": .taken,
        "cparam02": .taken, "regescrt": .taken, "sdp01": .taken, "inv2543": .taken,
    ]

    @Test func everyFileHasAFate() throws { #expect(try Files.tortures == Self.fates.keys.sorted()) }

    @Test(arguments: fates.keys.sorted()) func fate(_ name: String) throws {
        let fate: Fate
        switch read(try Files.torture(name)) {
        case .success: fate = .taken
        case .failure(let error): fate = error.status.map { .answered($0.rawValue) } ?? .dropped
        }
        #expect(fate == Self.fates[name])
    }

    private func taken(_ name: String) throws -> SIPMessage { try SIPMessage(Files.torture(name)) }

    @Test func tortuousInvite() throws {
        let message = try taken("wsinv")
        #expect(message.from.name == #"J Rosenberg \""# && message.from.tag == "98asjd8" && message.to.tag == "1918181833n")
        #expect(message.cseq.number == 9 && message.cseq.method == "INVITE")
        #expect(message.vias.map(\.host) == ["192.0.2.2", "spindle.example.com", "192.168.255.111"])
        #expect(message.vias.map(\.branch) == ["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"])
        #expect(message.header("NewFangledHeader")?.text == "newfangled value continued newfangled value")
        let contact = try #require(message.addresses("Contact").first).get()
        #expect(contact.name == #"Quoted string """# && contact.parameters["newparam"] == "newvalue" && contact.parameters["q"] == "0.33")
        #expect(message.requestURI?.sip?.parameters.has("unknownparam") == true && message.body.count == 150)
    }

    @Test func unusualCharacters() throws {
        let message = try taken("intmeth")
        #expect(message.requestURI?.user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*")
        #expect(message.requestURI?.sip?.password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)")
        #expect(message.to.name == "BEL:\u{7} NUL:\0 DEL:\u{7f}" && message.from.name == "token1~` token2'+_ token3*%!.-")
        #expect(message.from.parameters["fromparam''~+*_!.-%"] == "работающий")
    }

    @Test func escapes() throws {
        #expect(try taken("esc01").requestURI?.user == "sips:user@example.com" && taken("esc01").to.uri.user == "user")
        let contact = try #require(taken("esc01").addresses("Contact").first).get().uri.sip
        #expect(contact?.user == "caller" && contact?.parameters["name"] == "value%41" && contact?.parameters["lr"] == "")
        #expect(try taken("escnull").to.uri.user == "null-\0-null")
        #expect(try taken("esc02").method == "RE%47IST%45R" && taken("esc02").from.name == "%Z%45")
        #expect(try taken("semiuri").requestURI?.user == "user;par=u@example.net")
    }

    /// RFC 4475 §3.1.1.11: a body with bytes of every kind in it, as long as its header says.
    @Test func signedBody() throws {
        let message = try taken("mpart01")
        #expect(message.method == "MESSAGE" && message.body.count == 553 && message.body.contains(0))
        #expect(message.body.starts(with: Array("--7a9cbec02ceef655\r\n".utf8)) && message.body.suffix(22) == Array("--7a9cbec02ceef655--\r\n".utf8)[...])
    }

    @Test func whatFollowsTheBodyIsDropped() throws { #expect(try taken("dblreq").body.isEmpty) }

    @Test func liberalWhereItIsHarmless() throws {
        #expect(try taken("baddn").from.name == "Bell, Alexander" && taken("escruri").requestURI?.sip?.header("route") == "<sip:example.com>")
        #expect(try taken("longreq").vias.count == 34)
    }
}
