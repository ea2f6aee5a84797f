import { Component, onMounted, onWillUnmount, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { parseDuration } from "@legal_timesheet/core/duration";
import { MatterSearch } from "@legal_timesheet/day/matter_search";
import { notADuration, refusalOf } from "@legal_timesheet/day/time_entry";
import { hours, money, parseAmount, percent, typedHours } from "./review_words";

const PREVIEW_DELAY = 350;

/**
 * The form of one act, above the buttons of the page. Enter does the act, Esc gives
 * it up; what it would come to is shown by the server before anything is kept.
 */
class ActForm extends Component {
    static props = { model: Object, onClose: Function };
    static components = {};
    hasPreview = false;

    setup() {
        this.root = useRef("root");
        this.state = useState({
            ...this.getInitial(),
            reason_id: String(this.model.reasonId || ""),
            preview: null,
            hint: "",
        });
        onMounted(() => this.root.el
                .querySelector("input[type='text'], input, select, textarea")
                ?.focus());
        onWillUnmount(() => {
            browser.clearTimeout(this.timer);
            this.model.ghost = null;
        });
    }

    getInitial() {
        return {};
    }

    get model() {
        return this.props.model;
    }

    get page() {
        return this.model.page;
    }

    get lines() {
        return this.model.targets.filter((line) => !line.is_fixed);
    }

    get lineIds() {
        return this.lines.map((line) => line.id);
    }

    get count() {
        return this.model.countWords(this.lines.length);
    }

    get problem() {
        return this.model.problemAt("panel");
    }

    get reasonId() {
        return Number(this.state.reason_id) || false;
    }

    get proposed() {
        return this.lines.reduce((sum, line) => sum + line.old_amount, 0);
    }

    money(amount) {
        return money(amount, this.page.currency_id);
    }

    refuse(sentence) {
        this.model.problem = { where: "panel", sentence };
        return null;
    }

    needsReason() {
        if (this.reasonId) {
            return false;
        }
        this.root.el.querySelector("select[name='reason_id']")?.focus();
        this.refuse(_t("Value is given up: choose the reason why."));
        return true;
    }

    // ---------------------------------------------------------------- preview

    /** The act and its values as typed so far, null when they mean nothing yet. */
    getAct() {
        return null;
    }

    onTyped() {
        this.model.problem = null;
        if (this.hasPreview) {
            browser.clearTimeout(this.timer);
            this.timer = browser.setTimeout(() => this.loadPreview(), PREVIEW_DELAY);
        }
    }

    async loadPreview() {
        const typed = this.getAct();
        const request = (this.request = (this.request || 0) + 1);
        let page = null;
        let hint = "";
        if (typed) {
            // any reason will do for a look
            const reason_id = this.reasonId || this.page.reasons[0]?.id;
            try {
                page = await this.model.preview(typed[0], { ...typed[1], reason_id });
            } catch (error) {
                hint = refusalOf(error);
            }
        }
        if (request !== this.request || !this.root.el) {
            return;
        }
        Object.assign(this.state, { preview: page, hint });
        this.model.ghost = page
            ? Object.fromEntries(
                  page.sections
                      .flatMap((section) => section.rows)
                      .filter((row) => row.type === "line")
                      .map((row) => [row.id, row.amount])
              )
            : null;
    }

    get previewWords() {
        const { preview } = this.state;
        return preview
            ? _t("Fees %(before)s → %(after)s excl. VAT, realisation %(rate)s.", {
                  before: this.money(this.page.figures.fees),
                  after: this.money(preview.figures.fees),
                  rate: percent(preview.figures.realisation),
              })
            : "";
    }

    // ----------------------------------------------------------------- submit

    async submit() {
        const typed = this.getAct(true);
        if (typed && (await this.model.act(typed[0], typed[1], "panel"))) {
            this.model.selected = [];
            this.props.onClose();
        }
    }

    onKeydown(ev) {
        if (ev.key === "Escape") {
            ev.preventDefault();
            ev.stopPropagation();
            this.props.onClose();
        } else if (
            ev.key === "Enter" &&
            !ev.shiftKey &&
            !["BUTTON", "TEXTAREA"].includes(ev.target.tagName)
        ) {
            ev.preventDefault();
            this.submit();
        } else if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey)) {
            ev.preventDefault();
            this.submit();
        }
    }
}

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

export class MoveForm extends ActForm {
    static template = "legal_billing.MoveForm";
    static components = { MatterSearch };

    getInitial() {
        return { matter: null };
    }

    get title() {
        return _t("Move %s to another matter", this.count);
    }

    get label() {
        const { matter } = this.state;
        return matter
            ? _t("Move %(lines)s to %(matter)s", { lines: this.count, matter: matter.number })
            : _t("Choose the matter first");
    }

    onSelected(matter) {
        this.state.matter = matter;
        this.root.el.querySelector("button[type='submit']").focus();
    }

    getAct(submits) {
        if (!this.state.matter) {
            return submits ? this.refuse(_t("Choose the matter that these lines go to.")) : null;
        }
        return ["move", { line_ids: this.lineIds, matter_id: this.state.matter.id }];
    }
}

export class GroupForm extends ActForm {
    static template = "legal_billing.GroupForm";

    getInitial() {
        return { label: this.lines.find((line) => line.group)?.group || "" };
    }

    get title() {
        return _t("Show %s to the client as one", this.count);
    }

    get labels() {
        return [...new Set(this.model.lines.map((line) => line.group).filter(Boolean))];
    }

    get label() {
        return this.state.label.trim()
            ? _t("Show them under “%s”", this.state.label.trim())
            : _t("Show each by itself");
    }

    getAct() {
        return ["group", { line_ids: this.lineIds, label: this.state.label }];
    }
}

export class MergeForm extends ActForm {
    static template = "legal_billing.MergeForm";

    getInitial() {
        const words = this.lines.map((line) => line.narrative.trim()).filter(Boolean);
        return { narrative: [...new Set(words)].join("\n") };
    }

    get isMerged() {
        return this.lines.length === 1 && this.model.lines.some((line) => line.merged_into === this.lines[0].id);
    }

    get title() {
        return this.isMerged
            ? _t("Take the merged lines apart")
            : _t("Merge %s into one line of what the client reads", this.count);
    }

    get label() {
        return this.isMerged ? _t("Take them apart") : _t("Merge %s", this.count);
    }

    get time() {
        return hours(this.lines.reduce((sum, line) => sum + line.hours, 0));
    }

    getAct(submits) {
        if (this.isMerged) {
            return ["unmerge", { line_ids: this.lineIds }];
        }
        if (this.lines.length < 2) {
            return submits
                ? this.refuse(_t("Choose two lines or more first: x chooses the line."))
                : null;
        }
        return ["merge", { line_ids: this.lineIds, narrative: this.state.narrative }];
    }
}

export class SplitForm extends ActForm {
    static template = "legal_billing.SplitForm";

    getInitial() {
        const line = this.model.active;
        const half = typedHours(Math.ceil((line.hours * 60) / 2) / 60);
        return {
            parts: [
                { hours: half, narrative: line.narrative },
                { hours: typedHours(line.hours - parseDuration(half) / 60), narrative: line.narrative },
            ],
        };
    }

    get line() {
        return this.model.active;
    }

    get title() {
        return _t("Split %s of work in parts", hours(this.line.hours));
    }

    get left() {
        const minutes = this.state.parts.map((part) => parseDuration(part.hours) || 0);
        return this.line.hours - minutes.reduce((sum, one) => sum + one, 0) / 60;
    }

    get leftWords() {
        const left = this.left;
        if (Math.abs(left) < 0.001) {
            return "";
        }
        return left > 0
            ? _t("%s still to share out", hours(left))
            : _t("%s too much", hours(-left));
    }

    get label() {
        return _t("Split in %s parts", this.state.parts.length);
    }

    /** The last part takes what the others leave. */
    onHours(index) {
        const { parts } = this.state;
        if (index < parts.length - 1) {
            const before = parts.slice(0, -1).map((part) => parseDuration(part.hours) || 0);
            const rest = this.line.hours * 60 - before.reduce((sum, one) => sum + one, 0);
            parts.at(-1).hours = typedHours(Math.max(rest, 0) / 60);
        }
    }

    addPart() {
        this.state.parts.push({ hours: "0h00", narrative: this.line.narrative });
    }

    getAct() {
        const parts = [];
        for (const part of this.state.parts) {
            const minutes = parseDuration(part.hours);
            if (minutes === null) {
                return this.refuse(notADuration(part.hours));
            }
            parts.push({ hours: minutes / 60, narrative: part.narrative });
        }
        return ["split", { line_id: this.line.id, parts }];
    }
}

export class MessageForm extends ActForm {
    static template = "legal_billing.MessageForm";

    getInitial() {
        return { message: this.page.message };
    }

    getAct() {
        return ["message", { message: this.state.message }];
    }
}

export class CallForm extends ActForm {
    static template = "legal_billing.CallForm";

    getInitial() {
        const planned = this.page.figures.call?.planned_on;
        return {
            day: planned || luxon.DateTime.local().plus({ days: 1 }).toISODate(),
            note: "",
        };
    }

    get isPlanned() {
        const { call } = this.page.figures;
        return call?.planned_on && !call.done_on;
    }

    async made() {
        if (await this.model.act("called", {}, "panel")) {
            this.props.onClose();
        }
    }

    async drop() {
        if (await this.model.act("call", { day: false }, "panel")) {
            this.props.onClose();
        }
    }

    getAct() {
        return ["call", { day: this.state.day, note: this.state.note }];
    }
}

export class CommentForm extends ActForm {
    static template = "legal_billing.CommentForm";

    getInitial() {
        return { body: "", about: this.model.active ? "line" : "whole" };
    }

    getAct() {
        const line = this.state.about === "line" && this.model.active;
        return ["comment", { body: this.state.body, line_id: line ? line.id : false }];
    }
}

export const ACT_FORMS = {
    write_down: WriteDownForm,
    no_charge: LoseForm,
    write_off: LoseForm,
    target: TargetForm,
    discount: DiscountForm,
    move: MoveForm,
    group: GroupForm,
    merge: MergeForm,
    split: SplitForm,
    message: MessageForm,
    call: CallForm,
    comment: CommentForm,
};
