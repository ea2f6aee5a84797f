import { registry } from "@web/core/registry";

/* From a new client's call to a signed agreement. A step with a `run` is one thing a
   person does, a click or a field filled; the others only look. */

const tours = registry.category("web_tour.tours");
const MOST = 14;

/** Draw a line on the canvas with the finger, as signature_pad hears it. */
function draw(canvas) {
    const box = canvas.getBoundingClientRect();
    const at = (x, y, buttons = 1) => ({
        bubbles: true,
        cancelable: true,
        pointerId: 1,
        isPrimary: true,
        pointerType: "touch",
        button: 0,
        buttons,
        pressure: 0.5,
        clientX: box.left + box.width * x,
        clientY: box.top + box.height * y,
    });
    canvas.dispatchEvent(new PointerEvent("pointerdown", at(0.1, 0.8)));
    for (let step = 1; step <= 10; step++) {
        canvas.dispatchEvent(
            new PointerEvent("pointermove", at(0.1 + step * 0.08, 0.8 - (step % 3) * 0.2))
        );
    }
    canvas.dispatchEvent(new PointerEvent("pointerup", at(0.9, 0.5, 0)));
}

const firm = [
    {
        content: "Open the menu of matters",
        trigger: "button[data-menu-xmlid='legal_timesheet.menu_legal_matters']",
        run: "click",
    },
    {
        content: "Open a matter",
        trigger: ".o-dropdown-item[data-menu-xmlid='legal_billing.legal_matter_opening_menu']",
        run: "click",
    },
    {
        content: "Name the client",
        trigger: ".modal div[name='partner_id'] input",
        run: "edit Ateliers Vauban",
    },
    {
        content: "Choose the client",
        trigger: ".o-autocomplete--dropdown-item a:contains('Ateliers Vauban SAS')",
        run: "click",
    },
    {
        content: "Conflicts were looked for at once",
        trigger: ".modal .alert-success",
    },
    {
        content: "Say what it is about",
        trigger: ".modal div[name='name'] input",
        run: "edit Recouvrement Bellerive",
    },
    {
        content: "Tell the client what it should cost at most",
        trigger: ".modal div[name='estimate_high'] input",
        run: "edit 6000",
    },
    {
        content: "Open the matter and go on to the e-mail",
        trigger: ".modal button[name='action_open_and_send']",
        run: "click",
    },
    {
        content: "The e-mail is for the person who signs for the company",
        trigger: ".modal div[name='email']:contains('paul@ateliers-vauban.example')",
    },
    {
        content: "Send the agreement",
        trigger: ".modal button[name='action_send']",
        run: "click",
    },
    {
        content: "The agreement lies open, and waits for the client",
        trigger: ".o_form_view .alert-info div[name='sent_to_id']:contains('Paul Vauban')",
    },
];

const client = [
    {
        content: "The button leads to the signature",
        trigger: ".o_legal_hero[data-situation='sent'] a[href='#legal_sign']",
        run: "click",
    },
    {
        content: "Draw",
        trigger: "#legal_sign canvas.o_web_sign_signature",
        run() {
            draw(this.anchor);
        },
    },
    {
        content: "Sign",
        trigger: "#legal_sign .o_portal_sign_submit:enabled",
        run: "click",
        expectUnloadPage: true,
    },
];

/** Count what people do, the tap on the link of the e-mail included. */
function countInteractions() {
    return [...firm, ...client].filter((step) => step.run).length + 1;
}

tours.add("legal_opening_firm", { steps: () => [...firm] });

tours.add("legal_opening_client", {
    steps: () => [
        ...client,
        {
            content: "Signed, and in few gestures",
            trigger: ".o_legal_hero[data-situation='signed']",
            timeout: 60000,
            run() {
                const count = countInteractions();
                if (count > MOST) {
                    console.error(`${count} interactions instead of ${MOST} at most.`);
                }
            },
        },
    ],
});
