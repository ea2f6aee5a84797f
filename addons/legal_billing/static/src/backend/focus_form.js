import { formView } from "@web/views/form/form_view";
import { FormRenderer } from "@web/views/form/form_renderer";
import { patch } from "@web/core/utils/patch";
import { registry } from "@web/core/registry";
import { useEffect, useRef } from "@odoo/owl";

const INPUT = "input, textarea, select, .o_field_x2many_list_row_add a, .o_data_row .o_data_cell";

/** Return where a field is on a form; files are in the chatter beside it. */
function findField(el, name) {
    if (name === "attachment_ids") {
        return el.querySelector(".o-mail-Chatter") || document.querySelector(".o-mail-Chatter");
    }
    return el.querySelector(`.o_field_widget[name="${name}"], div[name="${name}"]`);
}

/**
 * Puts the cursor in the field that the context names, and marks it, so that who
 * came from « something is missing » sees at once what: on any form, the invoice's
 * own among them.
 */
patch(FormRenderer.prototype, {
    setup() {
        super.setup();
        const name = this.props.record.context?.legal_focus;
        if (!name) {
            return;
        }
        const root = useRef("compiled_view_root");
        useEffect(
            (el) => {
                const field = el && findField(el, name);
                if (!field) {
                    return;
                }
                field.classList.add("o_legal_focus");
                field.scrollIntoView({ block: "center" });
                field.querySelector(INPUT)?.focus();
            },
            () => [root.el]
        );
    },
});

// The short forms of what is missing: plain forms, which the cursor finds its way on.
registry.category("views").add("legal_focus_form", { ...formView });
