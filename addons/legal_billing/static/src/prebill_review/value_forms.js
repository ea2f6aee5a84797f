import { _t } from "@web/core/l10n/translation";
import { ActForm } from "./act_form";
import { parseAmount, percent } from "./review_words";

export class WriteDownForm extends ActForm {
    static template = "legal_billing.WriteDownForm";
    hasPreview = true;

    getInitial() {
        return { value: "", unit: "percent" };
    }

    get title() {
        return _t("Write down %s", this.count);
    }

    get off() {
        const value = parseAmount(this.state.value.replace("%", ""));
        if (value === null) {
            return null;
        }
        return this.isPercent ? (this.proposed * value) / 100 : value;
    }

    /** A sign typed after the number says what it is. */
    get isPercent() {
        const { value, unit } = this.state;
        return value.includes("%") || (unit === "percent" && !/[€$£]|CHF/.test(value));
    }

    get label() {
        return this.off ? _t("Write %s down", this.money(this.off)) : _t("Write down");
    }

    getAct(submits) {
        const value = parseAmount(this.state.value.replace("%", ""));
        if (!value || value < 0) {
            return submits
                ? this.refuse(_t("Write how much is taken off: 20 %, or 150,00."))
                : null;
        }
        if (submits && this.needsReason()) {
            return null;
        }
        const amount = this.isPercent ? { percent: value } : { amount: value };
        return [
            "decide",
            {
                line_ids: this.lineIds,
                decision: "write_down",
                reason_id: this.reasonId,
                ...amount,
            },
        ];
    }
}

export class LoseForm extends ActForm {
    static template = "legal_billing.LoseForm";

    get decision() {
        return this.model.panel;
    }

    get title() {
        return this.decision === "no_charge"
            ? _t("Show %s to the client, without charge", this.count)
            : _t("Write off %s: the client sees nothing of it", this.count);
    }

    get label() {
        const amount = this.money(this.proposed);
        return this.decision === "no_charge"
            ? _t("Offer %s", amount)
            : _t("Write %s off", amount);
    }

    getAct(submits) {
        return submits && this.needsReason()
            ? null
            : [
                  "decide",
                  {
                      line_ids: this.lineIds,
                      decision: this.decision,
                      reason_id: this.reasonId,
                  },
              ];
    }
}

export class TargetForm extends ActForm {
    static template = "legal_billing.TargetForm";
    hasPreview = true;

    getInitial() {
        return {
            target: "",
            rule: "proportional",
            scope: this.model.selected.length ? "chosen" : "all",
            shown: false,
        };
    }

    get nowWords() {
        return _t("now %s excl. VAT", this.money(this.page.figures.fees));
    }

    get chosenWords() {
        const count = this.model.selected.length;
        return count === 1 ? _t("the line chosen") : _t("the %s lines chosen", count);
    }

    linesOf(person) {
        return _t("the lines of %s", person.name);
    }

    get people() {
        const people = new Map();
        for (const line of this.model.lines) {
            if (line.kind === "time" && line.employee_id) {
                people.set(line.employee_id, line.who);
            }
        }
        return [...people].map(([id, name]) => ({ id, name }));
    }

    get label() {
        const target = parseAmount(this.state.target);
        return target === null
            ? _t("Adjust the fees")
            : _t("Bring the fees to %s", this.money(target));
    }

    getAct(submits) {
        const target = parseAmount(this.state.target);
        if (target === null) {
            return submits ? this.refuse(_t("Write what the fees come to: 1 500,00.")) : null;
        }
        if (submits && this.needsReason()) {
            return null;
        }
        const { rule, scope, shown } = this.state;
        const values = { target, rule, shown, reason_id: this.reasonId };
        if (scope === "chosen") {
            values.line_ids = this.lineIds;
        } else if (scope !== "all") {
            values.employee_ids = [Number(scope)];
        }
        return ["target", values];
    }
}

export class DiscountForm extends ActForm {
    static template = "legal_billing.DiscountForm";
    hasPreview = true;

    getInitial() {
        const { discount_percent, discount_amount } = this.page;
        return {
            value: String(discount_percent || discount_amount || "").replace(".", ","),
            unit: discount_amount ? "amount" : "percent",
            shown: "shown",
        };
    }

    get isPercent() {
        const { value, unit } = this.state;
        return value.includes("%") || (unit === "percent" && !/[€$£]|CHF/.test(value));
    }

    get label() {
        const value = parseAmount(this.state.value.replace("%", ""));
        if (!value) {
            return this.hasDiscount ? _t("Take the discount back") : _t("Give the discount");
        }
        const words = this.isPercent ? percent(value) : this.money(value);
        return _t("Give a discount of %s", words);
    }

    get hasDiscount() {
        return this.page.discount_percent || this.page.discount_amount;
    }

    getAct(submits) {
        const text = this.state.value.replace("%", "");
        const value = text.trim() ? parseAmount(text) : 0;
        if (value === null || value < 0 || (!value && !this.hasDiscount)) {
            return submits ? this.refuse(_t("Write the discount: 10 %, or 150,00.")) : null;
        }
        if (submits && value && this.needsReason()) {
            return null;
        }
        return [
            "discount",
            {
                [this.isPercent ? "percent" : "amount"]: value,
                shown: this.state.shown === "shown" || !value,
                reason_id: this.reasonId,
            },
        ];
    }
}
