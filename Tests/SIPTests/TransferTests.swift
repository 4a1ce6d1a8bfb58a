import SIP
import TestKit
import Testing

@Suite("A call is handed to somebody else")
struct TransferTests {
    private func withTransfer(_ number: String, _ body: @Sendable (TestPhone, Told<Bool>) async throws -> Void) async throws {
        let told = Told<Bool>()
        try await withEndpoint(script: { call in
            guard await call.answer() else { return }
            told.tell(await call.transfer(to: number))
            _ = await call.key(within: .seconds(20))
            await call.hangUp()
        }) { _, port in
            let phone = try TestPhone(server: port)
            defer { phone.close() }
            try await phone.call("1000")
            try await body(phone, told)
        }
    }

    @Test("The other side is asked to call the number at its own place, tells how it goes, and is hung up on")
    func taken() async throws {
        try await withTransfer("200") { phone, told in
            let refer = try await phone.next("REFER") { $0.method == "REFER" }
            #expect(refer.headers["refer-to"] == "<sip:200@127.0.0.1:\(phone.sip.port)>")
            #expect(refer.headers["referred-by"]?.contains("sip:aftertone@") == true)
            phone.answer(refer, "202 Accepted")
            let notice = try await phone.ask(
                "NOTIFY", body: "SIP/2.0 100 Trying\r\n", type: "message/sipfrag", headers: ["Event: refer", "Subscription-State: active"])
            #expect(notice.status == 200)
            try await phone.hungUp()
            #expect(await told.next() == true)
        }
    }

    @Test("Whoever takes the call away himself is not hung up on")
    func takenAway() async throws {
        try await withTransfer("*200#") { phone, told in
            let refer = try await phone.next("REFER") { $0.method == "REFER" }
            #expect(refer.headers["refer-to"]?.hasPrefix("<sip:*200%23@") == true)
            phone.answer(refer, "202 Accepted")
            try await phone.hangUp()
            #expect(await told.next() == true)
        }
    }

    @Test("One who does not do it goes on as before")
    func refused() async throws {
        try await withTransfer("200") { phone, told in
            phone.answer(try await phone.next("REFER") { $0.method == "REFER" }, "603 Decline")
            #expect(await told.next() == false)
            #expect(try await phone.ask("NOTIFY", headers: ["Event: dialog"]).status == 405)
            try await phone.hangUp()
        }
    }

    @Test("What is no number is not called", arguments: ["", "200@evil.example", "200>\r\nX: y", "sip:200"])
    func noNumber(number: String) async throws {
        try await withTransfer(number) { phone, told in
            #expect(await told.next() == false)
            try await phone.hangUp()
        }
    }
}
