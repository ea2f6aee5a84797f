import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { parseDuration } from "@legal_timesheet/core/duration";
import { notADuration } from "@legal_timesheet/day/time_entry";
import { money, parseAmount, same, typedAmount, typedHours } from "./review_words";

/** One line being changed where it stands; a refusal leaves all that was typed. */
export class ReviewLineForm extends Component {
    static template = "legal_billing.ReviewLineForm";
    static props = { model: Object, line: Object, onClose: Function };

    setup() {
        const { line, model } = this.props;
        this.root = useRef("root");
        this.before = {
            hours: typedHours(line.hours),
            rate: typedAmount(line.rate),
            amount: typedAmount(line.amount),
            narrative: line.narrative,
        };
        this.state = useState({
            ...this.before,
            reason_id: String(line.reason_id || model.reasonId || ""),
            touched: [],
        });
        onMounted(() => {
            const name = this.props.model.editingField;
            const input =
                this.root.el.querySelector(`[name='${name}']`) ||
                this.root.el.querySelector("input");
            input.focus();
            input.select();
            this.root.el.scrollIntoView({ block: "nearest" });
        });
    }

    get isTime() {
        return this.props.line.kind === "time";
    }

    get problem() {
        return this.props.model.problemAt("edit");
    }

    /** Remember what was typed; hours or rate make the amount, unless it is typed. */
    onInput(name, ev) {
        const { touched } = this.state;
        this.state[name] = ev.target.value;
        if (!touched.includes(name)) {
            touched.push(name);
        }
        if (["hours", "rate"].includes(name) && !touched.includes("amount")) {
            const amount = this.worth;
            if (amount !== null) {
                this.state.amount = typedAmount(amount);
            }
        }
    }

    get worth() {
        const minutes = parseDuration(this.state.hours);
        const rate = parseAmount(this.state.rate);
        if (minutes === null || rate === null) {
            return null;
        }
        const charged = Math.max(minutes / 60 - this.props.line.hours_package, 0);
        return Math.round(charged * rate * 100) / 100;
    }

    /** What is given up, so that a reason is asked for. */
    get lost() {
        const { line } = this.props;
        const amount = parseAmount(this.state.amount);
        const lost = amount === null ? 0 : line.old_amount - amount;
        return line.kind !== "provision" && lost > 0.004 ? lost : 0;
    }

    get lostWords() {
        return money(this.lost, this.props.model.page.currency_id);
    }

    get formLabel() {
        return _t("Change this line: %s", this.props.line.narrative);
    }

    get lostLabel() {
        return _t("Why %s is given up", this.lostWords);
    }

    refuse(sentence) {
        this.props.model.problem = { where: "edit", sentence };
    }

    getValues() {
        const values = {};
        const { touched } = this.state;
        if (touched.includes("hours")) {
            const minutes = parseDuration(this.state.hours);
            if (minutes === null) {
                return this.refuse(notADuration(this.state.hours));
            }
            values.hours = minutes / 60;
        }
        for (const name of ["rate", "amount"]) {
            if (touched.includes(name)) {
                values[name] = parseAmount(this.state[name]);
                if (values[name] === null) {
                    return this.refuse(
                        _t("“%s” is not an amount: write 1 234,56.", this.state[name])
                    );
                }
            }
        }
        if (touched.includes("narrative")) {
            values.narrative = this.state.narrative;
        }
        const reason = Number(this.state.reason_id) || false;
        if (this.lost && (Object.keys(values).length || reason !== this.props.line.reason_id)) {
            values.reason_id = reason;
            const figures = ["hours", "rate", "amount"].some((name) => name in values);
            if (!reason && figures) {
                this.root.el.querySelector("select").focus();
                return this.refuse(_t("%s is given up on this line: choose the reason why.", this.lostWords));
            }
        }
        return values;
    }

    async save() {
        const { line, model } = this.props;
        const values = this.getValues();
        if (!values) {
            return;
        }
        for (const name of ["rate", "amount"]) {
            if (name in values && same(values[name], line[name])) {
                delete values[name];
            }
        }
        if (!Object.keys(values).length) {
            return this.props.onClose();
        }
        if (await model.act("edit", { line_id: line.id, ...values }, "edit")) {
            this.props.onClose();
        }
    }

    onKeydown(ev) {
        if (ev.key === "Escape") {
            ev.preventDefault();
            ev.stopPropagation();
            this.props.onClose();
        } else if (ev.key === "Enter" && !ev.shiftKey && ev.target.tagName !== "BUTTON") {
            ev.preventDefault();
            this.save();
        }
    }
}
