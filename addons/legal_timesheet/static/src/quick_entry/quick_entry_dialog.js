import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { QuickEntryLine } from "./quick_entry_line";

/** The quick entry over any screen, with what that screen knows already. */
export class QuickEntryDialog extends Component {
    static template = "legal_timesheet.QuickEntryDialog";
    static components = { Dialog, QuickEntryLine };
    static props = {
        close: Function,
        defaults: { type: Object, optional: true },
        line: { type: String, optional: true },
    };

    setup() {
        this.action = useService("action");
        this.title = _t("Record Time");
    }

    /** A record gave the words of one entry: once saved, the dialog has done its work. */
    onSaved() {
        if (this.props.defaults?.narrative) {
            this.props.close();
        }
    }

    openForm() {
        const context = {};
        for (const [name, value] of Object.entries(this.props.defaults || {})) {
            context[`default_${name}`] = value;
        }
        this.props.close();
        this.action.doAction("legal_timesheet.legal_time_quick_entry_action", {
            additionalContext: context,
        });
    }
}

/** Open the quick entry; what it already knows comes as parameters of the action. */
export function openQuickEntry(env, action) {
    const { line, ...defaults } = action.params || {};
    env.services.dialog.add(QuickEntryDialog, { line, defaults });
}

registry.category("actions").add("legal_timesheet.quick_entry", openQuickEntry);
