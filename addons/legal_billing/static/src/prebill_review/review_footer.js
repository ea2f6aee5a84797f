import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { useService } from "@web/core/utils/hooks";
import { ACT_FORMS } from "./act_forms";
import { hours, longDay, money, percent } from "./review_words";

/** What it comes to, and what can be done: always in sight. */
export class ReviewFooter extends Component {
    static template = "legal_billing.ReviewFooter";
    static components = { Dropdown, DropdownItem };
    static props = {
        model: Object,
        onPanel: Function,
        onPanelClosed: Function,
        onDecide: Function,
        onRestore: Function,
        onUndo: Function,
        onApprove: Function,
        onHold: Function,
        onNext: Function,
        onSubmit: Function,
        onReturn: Function,
    };

    setup() {
        this.action = useService("action");
    }

    get model() {
        return this.props.model;
    }

    get page() {
        return this.model.page;
    }

    get figures() {
        return this.page.figures;
    }

    get Form() {
        return ACT_FORMS[this.model.panel];
    }

    money(amount, currencyId = this.page.currency_id) {
        return money(amount, currencyId);
    }

    hours(value) {
        return hours(value);
    }

    percent(value) {
        return percent(value);
    }

    longDay(date) {
        return longDay(date);
    }

    get provision() {
        return this.figures.provisions.reduce((sum, row) => sum + row.available, 0);
    }

    capLabel(cap) {
        return _t("%s, left", cap.what);
    }

    invoiceWords(invoice) {
        const left = this.money(invoice.residual, invoice.currency_id);
        if (!invoice.residual) {
            return _t("Paid");
        }
        return invoice.is_late
            ? _t("%s left to pay, late", left)
            : _t("%s left to pay", left);
    }

    capWords(cap) {
        return cap.unit === "hours" ? hours(cap.left) : this.money(cap.left);
    }

    get due() {
        return this.money(this.figures.client_due, this.figures.company_currency_id);
    }

    // ------------------------------------------------------------------- acts

    get isOpen() {
        return ["draft", "in_review"].includes(this.page.state);
    }

    get approveLabel() {
        return this.page.is_own_lines
            ? _t("Approve my lines")
            : _t("Approve %s excl. VAT", this.money(this.figures.untaxed));
    }

    get holdLabel() {
        return this.page.is_held ? _t("Release the hold") : _t("Put on hold");
    }

    get undoLabel() {
        return this.page.undo ? _t("Undo: %s", this.page.undo.label) : "";
    }

    /** The acts on lines that fit in the bar; the others are in its menu. */
    get lineActs() {
        return [
            { key: "b", label: _t("Bill it"), run: () => this.props.onDecide("bill") },
            { key: "w", label: _t("Write down…"), panel: "write_down" },
            { key: "o", label: _t("No charge…"), panel: "no_charge" },
            { key: "z", label: _t("Write off…"), panel: "write_off" },
            { key: "p", label: _t("Postpone"), run: () => this.props.onDecide("postpone") },
        ];
    }

    get moreActs() {
        return [
            { key: "m", label: _t("Move to another matter…"), panel: "move" },
            { key: "g", label: _t("Show under one label…"), panel: "group" },
            { key: "f", label: _t("Merge into one line…"), panel: "merge" },
            { key: "s", label: _t("Split in parts…"), panel: "split" },
            { key: "r", label: _t("Restore as proposed"), run: () => this.props.onRestore() },
        ];
    }

    get commentAct() {
        return { key: "l", label: _t("Comment…"), panel: "comment" };
    }

    get wholeActs() {
        return [
            { key: "t", label: _t("Target…"), panel: "target" },
            { key: "d", label: _t("Discount…"), panel: "discount" },
            { key: "n", label: _t("Note to the client…"), panel: "message" },
            { key: "c", label: _t("Call before sending…"), panel: "call" },
        ].filter(() => this.page.may_edit_whole);
    }

    get targetWords() {
        const { selected, active } = this.model;
        if (selected.length) {
            return selected.length === 1
                ? _t("1 line chosen")
                : _t("%s lines chosen", selected.length);
        }
        return active ? _t("This line") : "";
    }

    run(act) {
        return act.panel ? this.props.onPanel(act.panel) : act.run();
    }

    openInvoice(invoice) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "account.move",
            res_id: invoice.id,
            views: [[false, "form"]],
        });
    }
}
