import Testing
import Voicemail

@Suite("Generations")
struct GenerationsTests {
    @Test("What is used stays, what is not is forgotten once two generations have come after it")
    func usedStays() {
        var kept = Generations<Int, String>(of: 2)
        for key in 1...2 { kept.keep("\(key)", for: key) }
        kept.keep("3", for: 3)
        #expect(kept.value(for: 1) == "1")
        // The young generation is 3 and 1 now, and 2 goes with the old one.
        kept.keep("4", for: 4)
        #expect(kept.value(for: 2) == nil)
        #expect(kept.value(for: 1) == "1")
        #expect(kept.value(for: 4) == "4")
    }

    @Test("What is kept anew takes no other's place, and what is forgotten is in neither generation")
    func keptAnew() {
        var kept = Generations<Int, String>(of: 2)
        for key in 1...2 { kept.keep("\(key)", for: key) }
        kept.keep("one", for: 1)
        #expect(kept.value(for: 1) == "one")
        #expect(kept.value(for: 2) == "2")
        kept.keep("3", for: 3)
        kept.forget(2)
        kept.forget(3)
        #expect(kept.value(for: 2) == nil)
        #expect(kept.value(for: 3) == nil)
        #expect(kept.value(for: 1) == "one")
    }
}
