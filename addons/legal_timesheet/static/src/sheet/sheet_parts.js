import { Component, onWillStart, onWillUpdateProps, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { formatMinutes, minutesFromHours } from "../core/duration";

/**
 * The entries of a week by matter, each part with whom it waits for. Keys: up and
 * down (j, k) move, space selects, a approves, r returns; without a selection they
 * act on the entry that has the focus.
 */
export class SheetParts extends Component {
    static template = "legal_timesheet.SheetParts";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.root = useRef("root");
        this.state = useState({ parts: [], selected: new Set(), focus: 0 });
        onWillStart(() => this.load(this.props.record.resId));
        onWillUpdateProps((next) => this.load(next.record.resId));
        useEffect(
            (focus) => {
                if (this.moved) {
                    this.moved = false;
                    this.root.el?.querySelector(`[data-row="${focus}"]`)?.focus();
                }
            },
            () => [this.state.focus]
        );
    }

    async load(resId) {
        this.state.parts = resId
            ? await this.orm.call("legal.time.sheet", "get_parts", [[resId]])
            : [];
        this.state.selected = new Set();
        this.state.focus = Math.min(this.state.focus, Math.max(this.rows.length - 1, 0));
    }

    get rows() {
        return this.state.parts.flatMap((part) =>
            part.entries.map((entry) => ({ part, entry }))
        );
    }

    get acting() {
        if (this.state.selected.size) {
            return [...this.state.selected];
        }
        const row = this.rows[this.state.focus];
        return row && this.canAct(row.part, row.entry) ? [row.entry.id] : [];
    }

    canAct(part, entry) {
        return part.is_mine && ["submitted", "approved"].includes(entry.state);
    }

    rowIndex(entry) {
        return this.rows.findIndex((row) => row.entry.id === entry.id);
    }

    hours(value) {
        return formatMinutes(minutesFromHours(value));
    }

    day(value) {
        return formatDate(deserializeDate(value), { format: "ccc d LLL" });
    }

    waiting(part) {
        const count = part.entries.filter((entry) => entry.state === "submitted").length;
        if (!count) {
            return "";
        }
        if (part.is_mine) {
            return part.instead_of
                ? _t("Waits for you, instead of %s", part.instead_of)
                : _t("Waits for you");
        }
        return _t("Waits for %s", part.responsible);
    }

    toggle(part, entry) {
        if (!this.canAct(part, entry)) {
            return;
        }
        const selected = new Set(this.state.selected);
        if (!selected.delete(entry.id)) {
            selected.add(entry.id);
        }
        this.state.selected = selected;
    }

    togglePart(part) {
        const ids = part.entries
            .filter((entry) => this.canAct(part, entry) && entry.state === "submitted")
            .map((entry) => entry.id);
        const all = ids.every((id) => this.state.selected.has(id));
        const selected = new Set(this.state.selected);
        ids.forEach((id) => (all ? selected.delete(id) : selected.add(id)));
        this.state.selected = selected;
    }

    isPartSelected(part) {
        const ids = part.entries.filter((entry) => entry.state === "submitted");
        return ids.length > 0 && ids.every((entry) => this.state.selected.has(entry.id));
    }

    async approve(ids = this.acting) {
        if (!ids.length) {
            return;
        }
        await this.orm.call("account.analytic.line", "action_approve", [ids]);
        this.notification.add(
            ids.length === 1 ? _t("1 entry approved") : _t("%s entries approved", ids.length),
            { type: "success" }
        );
        await this.reload();
    }

    async giveBack(ids = this.acting) {
        if (!ids.length) {
            return;
        }
        const action = await this.orm.call("account.analytic.line", "action_return", [ids]);
        await this.action.doAction(action, { onClose: () => this.reload() });
    }

    async reload() {
        await this.props.record.load();
        await this.load(this.props.record.resId);
        this.env.bus.trigger("LEGAL-TIME-CHANGED");
    }

    onKeydown(ev) {
        if (ev.ctrlKey || ev.metaKey || ev.altKey || ev.target.closest("input:not([type=checkbox]), textarea")) {
            return;
        }
        const row = this.rows[this.state.focus];
        const moves = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };
        if (ev.key in moves) {
            const last = this.rows.length - 1;
            this.moved = true;
            this.state.focus = Math.min(Math.max(this.state.focus + moves[ev.key], 0), last);
        } else if (ev.key === " " && row) {
            this.toggle(row.part, row.entry);
        } else if (ev.key === "a") {
            this.approve();
        } else if (ev.key === "r") {
            this.giveBack();
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    onFocus(entry) {
        this.state.focus = this.rowIndex(entry);
    }
}

registry.category("view_widgets").add("legal_sheet_parts", { component: SheetParts });
