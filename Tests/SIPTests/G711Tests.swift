import SIP
import TestKit
import Testing

@Suite("G.711 as the recommendation has it")
struct G711Tests {
    @Test("Every byte is the sample of its chord and step, and that sample is the byte again")
    func everyByte() {
        for byte in UInt8.min...UInt8.max {
            #expect(Int(Companding.muLaw.decode(byte)) == TestLaw.sample(muLaw: byte))
            #expect(Int(Companding.aLaw.decode(byte)) == TestLaw.sample(aLaw: byte))
            #expect(Companding.aLaw.encode(Companding.aLaw.decode(byte)) == byte)
            // µ-law has two bytes for nothing.
            if byte != 0x7F { #expect(Companding.muLaw.encode(Companding.muLaw.decode(byte)) == byte) }
        }
    }

    @Test("No sample is farther from its byte than half a step of the other bytes around", arguments: Companding.allCases)
    func everySample(law: Companding) {
        for sample in stride(from: Int(Int16.min), through: Int(Int16.max), by: 13) {
            let coded = Int(law.decode(law.encode(Int16(sample))))
            #expect(abs(coded - sample) <= max(16, abs(sample) / 16))
        }
    }
}
