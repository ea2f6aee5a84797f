import { formView } from "@web/views/form/form_view";
import { FormRenderer } from "@web/views/form/form_renderer";
import { registry } from "@web/core/registry";
import { useEffect, useRef } from "@odoo/owl";

/**
 * Puts the cursor in the field that the context names, and marks it, so that who
 * came from « something is missing » sees at once what.
 */
export class FocusFormRenderer extends FormRenderer {
    setup() {
        super.setup();
        const root = useRef("compiled_view_root");
        useEffect(
            (el) => {
                const name = this.props.record.context.legal_focus;
                const field = el && name && el.querySelector(`.o_field_widget[name="${name}"]`);
                if (!field) {
                    return;
                }
                field.classList.add("o_legal_focus");
                field.scrollIntoView({ block: "center" });
                field.querySelector("input, textarea, select, .o_field_x2many_list_row_add a")?.focus();
            },
            () => [root.el]
        );
    }
}

registry.category("views").add("legal_focus_form", {
    ...formView,
    Renderer: FocusFormRenderer,
});
