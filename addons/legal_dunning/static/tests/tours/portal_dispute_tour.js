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

registry.category("web_tour.tours").add("legal_portal_contest", {
    steps: () => [
        {
            content: "Open what the invoice is made of",
            trigger: ".o_legal_detail details > summary",
            run: "click",
        },
        {
            content: "Each act can be contested, with a thumb",
            trigger: ".o_legal_rows li:first-child a[data-act='contest']",
            run() {
                check(this.anchor.getBoundingClientRect().height >= 44, "The link is too low.");
                checkFitsTheScreen();
            },
        },
        {
            content: "Contest the first one",
            trigger: ".o_legal_rows li:first-child a[data-act='contest']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is ticked already; say why",
            trigger: ".o_legal_contest input[name='part']:checked",
            run: checkFitsTheScreen,
        },
        {
            trigger: "#legal_words",
            run: "edit Cet acte n'a pas été demandé",
        },
        {
            trigger: ".o_legal_contest button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The page tells where the objection stands",
            trigger: ".o_legal_dispute[data-state='open'] h2 .o_legal_figure:contains('336,00')",
            run: checkFitsTheScreen,
        },
        {
            content: "And asks for the rest alone",
            trigger: ".o_legal_hero .o_legal_amount:contains('336,00')",
        },
        {
            trigger: "#portal_pay > summary",
            run: "click",
        },
        {
            trigger: '#portal_pay button[name="o_payment_submit_button"]:enabled',
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The rest is paid; what is contested is not asked for",
            trigger: ".o_legal_outcome:contains('336,00')",
            timeout: 30000,
            run() {
                check(!document.querySelector("#portal_pay"), "The contested part is asked for.");
            },
        },
    ],
});

registry.category("web_tour.tours").add("legal_portal_plan", {
    steps: () => [
        {
            content: "Paying in instalments is offered beside paying",
            trigger: ".o_legal_hero a[data-act='plan']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "#legal_count",
            run: "select 3",
        },
        {
            trigger: "button[data-act='preview']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The instalments are seen before they are proposed",
            trigger: ".o_legal_schedule tbody tr:nth-child(3) .o_legal_figure:contains('224,00')",
            run: checkFitsTheScreen,
        },
        {
            trigger: "button[data-act='propose']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Within the firm's limits, it is offered at once",
            trigger: ".o_legal_hero[data-situation='offered']",
            run: checkFitsTheScreen,
        },
        {
            trigger: "#legal_name",
            run: "edit Paul Vauban",
        },
        {
            trigger: "input[name='agree']",
            run: "click",
        },
        {
            trigger: "button[data-act='accept']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Accepted: the first instalment can be paid at once",
            trigger:
                '.o_legal_hero[data-situation="running"] #portal_pay[open] button[name="o_payment_submit_button"]:enabled',
            run: checkFitsTheScreen,
        },
        {
            trigger: '#portal_pay button[name="o_payment_submit_button"]:enabled',
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is paid, and the next one follows",
            trigger: ".o_legal_schedule tr.o_legal_paid:first-child",
            timeout: 30000,
            run: checkFitsTheScreen,
        },
        {
            trigger: ".o_legal_schedule tr.o_legal_now:nth-child(2)",
        },
    ],
});
