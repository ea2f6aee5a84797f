import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { evaluateBooleanExpr } from "@web/core/py_js/py";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** The winner, since when and by whom, the beaten ones, and what else to know. */
export class WhyRatePopover extends Component {
    static template = "legal_timesheet.WhyRatePopover";
    static props = {
        resModel: String,
        resId: Number,
        close: { type: Function, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ explanations: [] });
        onWillStart(async () => {
            const found = await this.orm.call(
                this.props.resModel,
                "legal_explain_rate",
                [[this.props.resId]]
            );
            this.state.explanations = Array.isArray(found) ? found : [found];
        });
    }
}

/** A small button that answers "why this rate?" on the record it stands in. */
export class WhyRate extends Component {
    static template = "legal_timesheet.WhyRate";
    static props = {
        ...standardWidgetProps,
        // as a field, it stands in a column that may be hidden
        id: { type: String, optional: true },
        name: { type: String, optional: true },
        // a list does not hide a widget by itself
        invisible: { type: String, optional: true },
    };

    setup() {
        this.popover = usePopover(WhyRatePopover, { position: "bottom" });
    }

    get label() {
        return _t("Why this rate?");
    }

    get isShown() {
        const { record, invisible } = this.props;
        return (
            record.resId &&
            !(invisible && evaluateBooleanExpr(invisible, record.evalContextWithVirtualIds))
        );
    }

    open(ev) {
        const { resModel, resId } = this.props.record;
        if (resId) {
            this.popover.open(ev.currentTarget, { resModel, resId });
        }
    }
}

registry.category("view_widgets").add("legal_why_rate", {
    component: WhyRate,
    listViewWidth: 36,
    extractProps: ({ attrs }) => ({ invisible: attrs.invisible }),
});

registry.category("fields").add("legal_why_rate", {
    component: WhyRate,
    listViewWidth: 36,
    label: false,
});
