import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/* From the minute to the mailbox, screen by screen. The test opens each screen on
   its record and looks at the books in between. */

tours.add("legal_chain_record", {
    steps: () => [
        {
            content: "Write the time in one line",
            trigger: ".modal div[name='line'] input, .modal div[name='line'] textarea",
            run: "edit D9999-001 3h Rédaction des conclusions #consultation",
        },
        {
            content: "Leave the line, so that it is understood",
            trigger: ".modal div[name='narrative'] textarea",
            run: "click",
        },
        {
            content: "What was understood is shown before anything is saved",
            trigger: ".modal .alert-success:contains('D9999-001')",
        },
        {
            content: "Record it",
            trigger: ".modal button[name='action_save']",
            run: "click",
        },
        {
            content: "The dialog closes once it is saved",
            trigger: "body:not(:has(.modal))",
        },
    ],
});

tours.add("legal_chain_approve", {
    steps: () => [
        {
            content: "Approve the entry",
            trigger: ".o_form_view button[name='action_approve']",
            run: "click",
        },
        {
            content: "It is approved",
            trigger: ".o_statusbar_status button[data-value='approved'].o_arrow_button_current",
        },
    ],
});

tours.add("legal_chain_bill", {
    steps: () => [
        {
            content: "Prepare the pre-bill of the matter",
            trigger: ".o_form_view button[name='action_prebill']",
            run: "click",
        },
        {
            content: "Take up the line",
            trigger: "div[name='line_ids'] .o_data_row:first td[name='hours']",
            run: "click",
        },
        {
            content: "Bill two hours instead of three",
            trigger: "div[name='line_ids'] .o_selected_row div[name='hours'] input",
            run: "edit 2:00 && press Tab",
        },
        {
            content: "Say why",
            trigger: "div[name='line_ids'] .o_selected_row div[name='reason_id'] input",
            run: "edit E2E",
        },
        {
            content: "Choose the reason",
            trigger: ".o-autocomplete--dropdown-item a:contains('E2E')",
            run: "click",
        },
        {
            content: "Approve the pre-bill",
            trigger: ".o_form_view button[name='action_approve']",
            run: "click",
        },
        {
            content: "Make its invoice",
            trigger: ".o_form_view button[name='action_invoice']",
            run: "click",
        },
        {
            content: "Post it",
            trigger: ".o_form_view button[name='action_post']",
            run: "click",
        },
        {
            content: "Send it",
            trigger: ".o_form_view button[name='action_invoice_sent']:first",
            run: "click",
        },
        {
            content: "To the client, by e-mail",
            trigger: ".modal button[name='action_send_and_print']",
            run: "click",
        },
        {
            content: "It is on its way",
            trigger: "body:not(:has(.modal)) .o_form_view",
        },
    ],
});
