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

// Taps outlive the pages: the session of this tab counts them.
function tap(helpers) {
    const taps = Number(sessionStorage.getItem("legal_taps") || 0) + 1;
    sessionStorage.setItem("legal_taps", taps);
    return helpers.click();
}

registry.category("web_tour.tours").add("legal_client_pay", {
    steps: () => [
        {
            content: "All that is due is ticked already: pay it",
            trigger: 'form[action$="/pay"] button[type="submit"]',
            run(helpers) {
                sessionStorage.removeItem("legal_taps");
                checkFitsTheScreen();
                const ticked = document.querySelectorAll('input[name="row"]:checked');
                check(ticked.length === 3, `${ticked.length} rows are ticked, not 3.`);
                return tap(helpers);
            },
            expectUnloadPage: true,
        },
        {
            content: "The three invoices and their sum are shown",
            trigger: '.o_legal_hero .o_legal_amount:contains("680,00")',
            run() {
                checkFitsTheScreen();
                const rows = document.querySelectorAll(".o_legal_hero .o_legal_rows li");
                check(rows.length === 3, `${rows.length} rows are shown, not 3.`);
            },
        },
        {
            content: "The only means of payment is chosen already",
            trigger: '#portal_pay input[name="o_payment_radio"]:checked',
        },
        {
            content: "Pay",
            trigger: '#portal_pay button[name="o_payment_submit_button"]:enabled',
            run: tap,
            expectUnloadPage: true,
        },
        {
            content: "The receipt names what was paid",
            trigger: '.o_legal_hero[data-situation="done"] .o_legal_amount:contains("680,00")',
            timeout: 30000,
            run() {
                checkFitsTheScreen();
                const taps = Number(sessionStorage.getItem("legal_taps"));
                check(taps === 2, `It took ${taps} taps.`);
                check(!document.querySelector("#portal_pay"), "The page asks to pay again.");
            },
        },
    ],
});
