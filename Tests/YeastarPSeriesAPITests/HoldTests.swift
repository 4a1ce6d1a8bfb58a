import TestKit
import Testing
import Voicemail

@Suite struct HoldTests {
    @Test("What is under legal hold is not deleted: 10009, as no code of the vendor's says why")
    func refused() async throws {
        try await PSeriesWorld.run { world in
            let refusal: JSON = ["errcode": 10009, "errmsg": "OPERATION FAILED"]
            let answer = try await world.post("vm/create", ["vm_from_number": "1", "vm_to_number": "3200"])
            let id = answer["id"]?.string ?? ""
            let hold = try await world.service.holds.place(on: .mailbox, world.extensions[0].id, in: world.account, reason: "case 12")
            expect(try await world.get("vm/delete", ["id": id]), is: refusal)
            expect(try await world.get("vm/delete_extension_vm", ["vm_to_number": "3200"]), is: refusal)
            #expect(try await world.messages().count == 1)
            _ = try await world.service.holds.lift(hold.id)
            expect(try await world.get("vm/delete", ["id": id]), is: ["errcode": 0, "errmsg": "SUCCESS"])
        }
    }
}
