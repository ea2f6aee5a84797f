import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { isTyping } from "@legal_timesheet/day/time_entry";
import { useLineDrag } from "./review_drag";
import { ReviewLineForm } from "./review_line_form";
import { day, heldWords, hours, longDay, money, period, same, toLookAt } from "./review_words";

/** The pre-bill as its client will read it, what changed shown beside it. */
export class ReviewSheet extends Component {
    static template = "legal_billing.ReviewSheet";
    static components = { ReviewLineForm };
    static props = {
        model: Object,
        focus: Number,
        onEdit: Function,
        onEdited: Function,
        onMend: Function,
        onPanel: Function,
        onForm: Function,
        onDrop: Function,
    };

    setup() {
        this.action = useService("action");
        this.state = useState({ dismissing: null, settling: null, word: "" });
        this.word = useRef("word");
        this.drag = useLineDrag(this.model, this.props.onDrop);
        useEffect(
            (el) => el?.focus(),
            () => [this.word.el]
        );
        useEffect(
            () => this.focusActive(),
            () => [
                this.props.focus,
                this.model.activeId,
                this.page.id,
                this.model.editing,
                this.model.panel,
            ]
        );
    }

    focusActive() {
        const { activeId, editing, panel, lines } = this.model;
        const focused = document.activeElement;
        const typing = isTyping(focused) && focused.offsetParent;
        const row = document.querySelector(`.o_rv_line[data-line='${activeId}']`);
        if (!row || editing || panel || typing || document.querySelector(".o_dialog")) {
            return;
        }
        if (!row.contains(focused)) {
            row.focus({ preventScroll: true });
        }
        if (activeId === lines[0].id) {
            row.closest(".o_rv_scroll").scrollTo(0, 0);
        } else {
            row.scrollIntoView({ block: "nearest" });
        }
    }

    get model() {
        return this.props.model;
    }

    get page() {
        return this.model.page;
    }

    // ------------------------------------------------------------------ words

    money(amount) {
        return money(amount, this.page.currency_id);
    }

    hours(value) {
        return hours(value);
    }

    day(date) {
        return day(date);
    }

    toLookAt(count) {
        return toLookAt(count);
    }

    get heldWords() {
        return heldWords(this.page);
    }

    get unsignedWords() {
        return _t("The client has not signed %s: its fees may be contested.", this.page.agreement);
    }

    get callWords() {
        const date = longDay(this.page.figures.call.planned_on);
        return _t("The client is to be called before the invoice leaves, on %s.", date);
    }

    chooseAllLabel(section) {
        return _t("Choose all lines: %s", section.title);
    }

    chooseLabel(line) {
        return _t("Choose this line: %s", line.narrative);
    }

    changeLabel(line) {
        return _t("Change this line: %s", line.narrative);
    }

    decisionWords(line) {
        const words = {
            write_down: _t("Reduced"),
            no_charge: _t("No charge"),
            write_off: _t("Written off"),
            postpone: _t("Postponed"),
        };
        return words[line.decision] || line.decision_label;
    }

    packageWords(line) {
        return _t("of which package %s", hours(line.hours_package));
    }

    get period() {
        return period(this.page.date_from, this.page.date_to);
    }

    get anomalies() {
        const of_lines = this.model.lines.flatMap((line) => line.anomalies);
        return [...this.page.anomalies, ...of_lines];
    }

    get blocking() {
        return this.anomalies.filter((anomaly) => anomaly.severity === "block");
    }

    /** Lead to the first line that has something to look at. */
    showAnomaly() {
        const line = this.model.lines.find((one) => one.anomalies.length);
        if (line) {
            this.model.activeId = line.id;
        }
    }

    // ------------------------------------------------------------------ lines

    changed(line, name) {
        return !line.is_derived && !same(line[name], line[`old_${name}`]);
    }

    /** What the act being prepared would make of the amount. */
    ghost(line) {
        const ghost = this.model.ghost?.[line.id];
        return ghost === undefined || same(ghost, line.amount) ? null : ghost;
    }

    isGone(line) {
        return ["write_off", "postpone"].includes(line.decision);
    }

    lineClass(line) {
        return {
            o_gone: this.isGone(line),
            o_chosen: this.model.selected.includes(line.id),
            o_active: line.id === this.model.activeId,
            o_merged: line.merged_into,
            o_grouped: line.group,
            o_fixed: line.is_derived,
            o_dragged: this.drag.isDragged(line),
            o_over: this.drag.isOver(this.drag.onLine(line)),
        };
    }

    dropWords(line) {
        const drop = this.drag.onLine(line);
        return this.drag.isOver(drop) ? drop.label || line.group : "";
    }

    isGroupChosen(row) {
        return row.line_ids.every((id) => this.model.selected.includes(id));
    }

    isSectionChosen(section) {
        const ids = this.idsOf(section);
        return ids.length && ids.every((id) => this.model.selected.includes(id));
    }

    idsOf(section) {
        return section.rows.filter((row) => row.type === "line" && !row.is_fixed).map((row) => row.id);
    }

    onRowClick(ev, line) {
        if (ev.target.closest("button, a, input, textarea, select")) {
            return;
        }
        if (ev.shiftKey) {
            this.model.chooseTo(line.id);
        } else if (ev.ctrlKey || ev.metaKey) {
            this.model.toggle(line.id);
        }
        this.model.activeId = line.id;
    }

    onRowDblClick(line) {
        this.model.activeId = line.id;
        this.props.onEdit();
    }

    printChanges() {
        return this.action.doAction("legal_billing.action_report_prebill_redline", {
            additionalContext: { active_ids: [this.page.id], active_model: "legal.prebill" },
        });
    }

    toggle(ev, line) {
        if (ev.shiftKey) {
            this.model.chooseTo(line.id);
        } else {
            this.model.toggle(line.id);
        }
        this.model.activeId = line.id;
    }

    edit(line) {
        this.model.activeId = line.id;
        this.props.onEdit();
    }

    // -------------------------------------------------------------- anomalies

    startDismiss(anomaly) {
        Object.assign(this.state, { dismissing: anomaly.id, settling: null, word: "" });
    }

    async dismiss(anomaly) {
        const values = { anomaly_id: anomaly.id, word: this.state.word };
        if (await this.model.act("dismiss", values, `anomaly-${anomaly.id}`)) {
            this.state.dismissing = null;
        }
    }

    onWordKeydown(ev) {
        if (ev.key === "Escape") {
            ev.stopPropagation();
            Object.assign(this.state, { dismissing: null, settling: null });
        }
    }

    // --------------------------------------------------------------- comments

    commentsOn(lineId) {
        return this.page.comments?.[lineId] || [];
    }

    /** Whether something is said on a line, so that the paper has a margin for it. */
    get hasMargin() {
        return this.model.lines.some((line) => this.commentsOn(line.id).length);
    }

    commentHead(comment) {
        return _t("%(author)s to %(person)s", { author: comment.author, person: comment.to });
    }

    startSettle(comment) {
        Object.assign(this.state, { settling: comment.id, dismissing: null, word: "" });
    }

    async settle(comment) {
        const values = { comment_id: comment.id, answer: this.state.word };
        if (await this.model.act("settle", values, `comment-${comment.id}`)) {
            this.state.settling = null;
        }
    }
}
