import { registry } from "@web/core/registry";

/** Fail the tour, in words, unless the condition holds. */
function check(condition, sentence) {
    if (!condition) {
        console.error(sentence);
    }
}

function checkFitsTheScreen() {
    const { scrollWidth, clientWidth } = document.documentElement;
    check(scrollWidth <= clientWidth, `The page is ${scrollWidth} px wide on ${clientWidth} px.`);
}

registry.category("web_tour.tours").add("legal_portal_pay", {
    steps: () => [
        {
            content: "The amount stands first, and the page fits the phone",
            trigger: '.o_legal_hero[data-situation="due"] .o_legal_amount:contains("672,00")',
            run: checkFitsTheScreen,
        },
        {
            content: "The button is on the first screen, and large enough for a thumb",
            trigger: "#portal_pay > summary",
            run() {
                const box = this.anchor.getBoundingClientRect();
                check(box.bottom <= window.innerHeight, "The pay button is below the fold.");
                check(box.height >= 44, `The pay button is ${box.height} px high.`);
            },
        },
        {
            content: "First tap: open the form",
            trigger: "#portal_pay > summary",
            run: "click",
        },
        {
            content: "The only means of payment is chosen already",
            trigger: '#portal_pay[open] input[name="o_payment_radio"]:checked',
            run: checkFitsTheScreen,
        },
        {
            content: "Second tap: pay",
            trigger: '#portal_pay button[name="o_payment_submit_button"]:enabled',
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Back on the page, which is a receipt",
            trigger: '.o_legal_hero[data-situation="paid"]',
            timeout: 30000,
            run: checkFitsTheScreen,
        },
        {
            content: "It thanks, and offers no second payment",
            trigger: '.o_legal_outcome:contains("672,00")',
            run() {
                check(!document.querySelector("#portal_pay"), "The page asks to pay again.");
            },
        },
    ],
});
