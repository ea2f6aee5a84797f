import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { formatMinutes } from "../core/duration";
import { EntryForm } from "./entry_form";
import { deleteEntry, refusalOf } from "./time_entry";

/**
 * The entries of a day or of a cell, each changed in place. Arrows move, Enter
 * changes, Delete asks and deletes; focus comes back to where it was.
 */
export class EntryList extends Component {
    static template = "legal_timesheet.EntryList";
    static components = { EntryForm };
    static props = {
        day: String,
        label: String,
        entries: Array,
        activities: Array,
        matter: { type: Object, optional: true },
        employeeId: { type: [Number, Boolean], optional: true },
        canWrite: { type: Boolean, optional: true },
        /** opens at once the form of a new entry, with these minutes if a number */
        startsNew: { type: [Number, Boolean], optional: true },
        autofocus: { type: Boolean, optional: true },
        addLabel: { type: String, optional: true },
        onSaved: Function,
        onDeleted: Function,
        onLeave: { type: Function, optional: true },
    };
    static defaultProps = { canWrite: true };

    setup() {
        this.orm = useService("orm");
        this.root = useRef("root");
        this.state = useState({
            editing: this.props.startsNew === undefined ? null : "new",
            asking: null,
            refusals: {},
            focus: this.props.autofocus ? "first" : null,
        });
        this.newMinutes = this.props.startsNew;
        useEffect(
            (focus) => {
                if (focus && this.root.el) {
                    this.focusOn(focus);
                    this.state.focus = null;
                }
            },
            () => [this.state.focus]
        );
    }

    get hasMatters() {
        return !this.props.matter;
    }

    format(minutes) {
        return formatMinutes(minutes);
    }

    formatAmount(entry) {
        return formatMonetary(entry.amount, { currencyId: entry.currency_id });
    }

    describe(entry) {
        return [entry.matter, this.format(entry.minutes), entry.narrative, entry.status_label]
            .filter(Boolean)
            .join(", ");
    }

    lockOf(entry) {
        if (!this.props.canWrite) {
            return _t("You read this entry; its author or the responsible changes it.");
        }
        return entry.lock;
    }

    // ------------------------------------------------------------------ focus

    get stops() {
        return [...this.root.el.querySelectorAll("[data-entry-stop]")];
    }

    focusOn(key) {
        const stops = this.stops;
        const stop = stops.find((el) => el.dataset.entryStop === String(key)) || stops[0];
        stop?.focus();
    }

    onKeydown(ev) {
        const index = this.stops.indexOf(ev.target);
        if (index < 0) {
            return;
        }
        const entry = this.props.entries.find(
            (candidate) => String(candidate.id) === ev.target.dataset.entryStop
        );
        if (ev.key === "ArrowDown" || ev.key === "ArrowUp") {
            const next = this.stops[index + (ev.key === "ArrowDown" ? 1 : -1)];
            next?.focus();
        } else if (ev.key === "Enter" && entry) {
            this.edit(entry);
        } else if (ev.key === "Delete" && entry) {
            this.askDelete(entry);
        } else if (ev.key === "Escape" && this.props.onLeave) {
            this.props.onLeave();
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    // ---------------------------------------------------------------- changes

    edit(entry) {
        const lock = this.lockOf(entry);
        if (lock) {
            this.state.refusals[entry.id] = lock;
        } else {
            this.state.asking = null;
            this.state.editing = entry.id;
        }
    }

    add() {
        this.newMinutes = false;
        this.state.editing = "new";
    }

    stopEditing() {
        const edited = this.state.editing;
        this.state.editing = null;
        if (edited === "new" && !this.props.entries.length && this.props.onLeave) {
            return this.props.onLeave();
        }
        this.state.focus = edited;
    }

    onSaved(entry, isNew) {
        this.state.editing = null;
        delete this.state.refusals[entry.id];
        this.state.focus = entry.id;
        this.props.onSaved(entry, isNew);
    }

    askDelete(entry) {
        const lock = this.lockOf(entry);
        if (lock) {
            this.state.refusals[entry.id] = lock;
            return;
        }
        this.state.editing = null;
        this.state.asking = entry.id;
        this.state.focus = `delete_${entry.id}`;
    }

    onAskKeydown(ev, entry) {
        if (ev.key === "Escape") {
            ev.preventDefault();
            ev.stopPropagation();
            this.keep(entry);
        }
    }

    keep(entry) {
        this.state.asking = null;
        this.state.focus = entry.id;
    }

    async delete(entry) {
        try {
            await deleteEntry(this.orm, entry.id);
        } catch (error) {
            this.state.refusals[entry.id] = refusalOf(error);
            return this.keep(entry);
        }
        this.state.asking = null;
        this.state.focus = "new";
        this.props.onDeleted(entry);
    }
}
