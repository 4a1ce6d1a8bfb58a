import Testing
import Voicemail

/// One form for a number, however it was dialled.
@Suite struct NumberPlanTests {
    @Test(arguments: [
        ("+49 (30) 555-200", "+4930555200"), ("004930555200", "+4930555200"), ("030 555200", "+4930555200"), ("200", "200"), ("*97", "*97"), ("0", "0"),
        ("anna", "anna"), ("+1.212.555.0100", "+12125550100"), ("0012125550100", "+12125550100"), ("110", "110"), ("+", "+"), ("", ""), ("1+2", "1+2"),
    ])
    func germany(_ text: String, _ canonical: String) { #expect(NumberPlan(countryCode: "49").canonical(text) == canonical) }

    @Test func northAmerica() {
        var plan = NumberPlan(countryCode: "1")
        (plan.internationalPrefix, plan.trunkPrefix, plan.nationalDigits) = ("011", "1", 10)
        #expect(["2125550100", "12125550100", "+1 212 555 0100", "(212) 555-0100"].map(plan.canonical) == Array(repeating: "+12125550100", count: 4))
        #expect(plan.canonical("0114930555200") == "+4930555200" && plan.canonical("1001") == "1001" && plan.canonical("2001") == "2001")
    }

    @Test func withoutACountryNumbersStayAsTheyCome() {
        #expect(NumberPlan().canonical("030 555-200") == "030555200" && NumberPlan().canonical("+49 30") == "+4930" && NumberPlan().national("+4930") == nil)
    }

    @Test func canonicalStaysCanonical() {
        let plan = NumberPlan(countryCode: "49")
        for text in ["030555200", "+4930555200", "anna", "*98200", "200"] { #expect(plan.canonical(plan.canonical(text)) == plan.canonical(text)) }
        #expect(plan.national("+4930555200") == "030555200" && plan.national("+12125550100") == nil)
    }
}
