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

/** Draw a line on the canvas with the finger, as signature_pad hears it. */
function draw(canvas) {
    const box = canvas.getBoundingClientRect();
    const at = (x, y) => ({
        bubbles: true,
        cancelable: true,
        pointerId: 1,
        isPrimary: true,
        pointerType: "touch",
        button: 0,
        buttons: 1,
        pressure: 0.5,
        clientX: box.left + box.width * x,
        clientY: box.top + box.height * y,
    });
    canvas.dispatchEvent(new PointerEvent("pointerdown", at(0.1, 0.8)));
    for (let step = 1; step <= 10; step++) {
        canvas.dispatchEvent(new PointerEvent("pointermove", at(0.1 + step * 0.08, 0.8 - (step % 3) * 0.2)));
    }
    canvas.dispatchEvent(new PointerEvent("pointerup", { ...at(0.9, 0.5), buttons: 0 }));
}

registry.category("web_tour.tours").add("legal_portal_sign", {
    steps: () => [
        {
            content: "The document says what it is, and the page fits the phone",
            trigger: '.o_legal_hero[data-situation="sent"]',
            run: checkFitsTheScreen,
        },
        {
            content: "The full text is open to be read",
            trigger: '.o_legal_detail details[open] .o_legal_text:contains("Clause secrète")',
        },
        {
            content: "The button leads to the signature",
            trigger: '.o_legal_hero a[href="#legal_sign"]',
            run: "click",
        },
        {
            content: "Nothing can be signed before something is drawn",
            trigger: "#legal_sign .o_portal_sign_submit:disabled",
        },
        {
            content: "Draw",
            trigger: "#legal_sign canvas.o_web_sign_signature",
            run() {
                checkFitsTheScreen();
                draw(this.anchor);
            },
        },
        {
            content: "Sign",
            trigger: "#legal_sign .o_portal_sign_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Signed, and the page says so",
            trigger: '.o_legal_hero[data-situation="signed"]',
            timeout: 60000,
            run: checkFitsTheScreen,
        },
        {
            content: "Nothing is left to sign",
            trigger: ".o_legal_outcome.o_legal_tone_done",
            run() {
                check(!document.querySelector("#legal_sign"), "The page asks to sign again.");
            },
        },
    ],
});
