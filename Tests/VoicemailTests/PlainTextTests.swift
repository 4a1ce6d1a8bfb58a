import Testing
import Voicemail

struct PlainTextTests {
    @Test(arguments: [("0", true), ("0123456789", true), ("", false), ("+1", false), ("1 ", false), ("\u{0661}", false), ("1\u{301}", false)])
    func digitsAreThoseOfASCII(_ text: String, _ isDigits: Bool) { #expect(text.isDigits == isDigits) }

    @Test(arguments: [("", ""), (" ", ""), ("\t a b\u{A0}\n", "a b"), ("a", "a")])
    func whitespaceAroundATextGoes(_ text: String, _ trimmed: String) { #expect(text.trimmed() == trimmed) }

    @Test func aListHasNoEmptyPiecesAndIsTrimmedAsItsContractSays() {
        #expect(" a,, b ,\t,c".listed() == ["a", "b", "c"])
        #expect("a ,\tb".listed { $0 == " " } == ["a", "\tb"])
        #expect("".listed().isEmpty)
    }
}
