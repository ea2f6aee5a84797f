import { useEffect, useRef, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { EntryList } from "../day/entry_list";
import { MatterSearch } from "../day/matter_search";
import { WeekTyping } from "./week_typing";

const BEGINS_A_DURATION = /^[0-9.,:]$/;

/**
 * Matters by days. One cell has the focus; typing writes in it, Enter opens it.
 * A refusal is said at its cell, and what was typed stays in it.
 */
export class WeekGrid extends WeekTyping {
    static template = "legal_timesheet.WeekGrid";
    static components = { EntryList, MatterSearch };
    static props = {
        model: Object,
        search: Number,
        onChanged: Function,
        onWeek: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.root = useRef("root");
        this.state = useState({
            active: this.firstCell(),
            editing: null,
            panel: null,
            asking: null,
            refusal: null,
            isSearching: false,
            focus: 0,
        });
        this.clipboard = [];
        useEffect(
            () => this.focusActive(),
            () => [this.state.focus]
        );
        useEffect(
            (input) => {
                input?.focus();
                input?.setSelectionRange(input.value.length, input.value.length);
            },
            () => [this.root.el.querySelector(".o_legal_cell_input")]
        );
        useEffect(
            (asking) => {
                if (asking) {
                    this.root.el.querySelector(".o_legal_cell_ask button").focus();
                }
            },
            () => [this.state.asking]
        );
        useEffect(
            (search) => {
                this.state.isSearching ||= Boolean(search);
            },
            () => [this.props.search]
        );
    }

    firstCell() {
        const days = this.model.days;
        const today = days.findIndex((day) => day.is_today && !day.is_weekend);
        const row = this.model.rows[0];
        return { matterId: row ? row.id : 0, col: Math.max(0, today) };
    }

    // ------------------------------------------------------------ active cell

    focusActive() {
        const el = this.root.el.querySelector("[role='gridcell'][tabindex='0']");
        if (el && !this.state.editing && !this.state.isSearching) {
            el.focus();
        }
    }

    askFocus() {
        this.state.focus++;
    }

    activate(matterId, col) {
        this.state.active = { matterId, col };
        this.state.refusal = null;
        this.state.asking = null;
        this.askFocus();
    }

    /** Move by cells; a step past the end of a row goes on in the next one. */
    step(rows, cols, wraps = false) {
        const ids = this.rows.map((matter) => matter.id);
        let row = ids.indexOf(this.state.active.matterId) + rows;
        let col = this.state.active.col + cols;
        if (wraps && (col < 0 || col > 6)) {
            row += col < 0 ? -1 : 1;
            col = col < 0 ? 6 : 0;
        }
        if (row < 0 || row >= ids.length || col < 0 || col > 6) {
            return false;
        }
        this.closePanel(false);
        this.activate(ids[row], col);
        return true;
    }

    // -------------------------------------------------------------------- keys

    onKeydown(ev) {
        if (ev.defaultPrevented || !ev.target.matches("[role='gridcell'][data-col]")) {
            return;
        }
        if (this.onCellKey(ev)) {
            ev.preventDefault();
            ev.stopPropagation();
        }
    }

    onCellKey(ev) {
        const control = ev.ctrlKey || ev.metaKey;
        if (this.state.editing && !control) {
            return this.onEarlyKey(ev);
        }
        if (control) {
            const actions = {
                ArrowLeft: () => this.props.onWeek(-1),
                ArrowRight: () => this.props.onWeek(1),
                c: () => (this.clipboard = [...this.activeEntries]),
                v: () => this.paste(),
            };
            actions[ev.key]?.();
            return ev.key in actions;
        }
        if (ev.altKey) {
            return false;
        }
        if (ev.key === "Tab") {
            return this.step(0, ev.shiftKey ? -1 : 1, true);
        }
        if (BEGINS_A_DURATION.test(ev.key)) {
            this.startEditing(ev.key);
            return true;
        }
        const actions = {
            ArrowLeft: () => this.step(0, -1),
            ArrowRight: () => this.step(0, 1),
            ArrowUp: () => this.step(-1, 0),
            ArrowDown: () => this.step(1, 0),
            Home: () => this.activate(this.state.active.matterId, 0),
            End: () => this.activate(this.state.active.matterId, 6),
            Enter: () => this.open(),
            F2: () => this.startEditing(this.format(this.onlyDraft?.minutes)),
            Delete: () => this.askDelete(),
            Backspace: () => this.askDelete(),
            Escape: () => this.closePanel(),
        };
        actions[ev.key]?.();
        return ev.key in actions;
    }

    /** What is typed before the input is drawn belongs to it: fast hands. */
    onEarlyKey(ev) {
        const { editing } = this.state;
        if (ev.key.length === 1) {
            editing.text += ev.key;
        } else if (ev.key === "Backspace") {
            editing.text = editing.text.slice(0, -1);
        } else {
            this.onInputKeydown(ev);
        }
        return true;
    }

    onCellClick(matter, col) {
        if (this.isEditing(matter, this.model.days[col])) {
            return;
        }
        if (this.state.panel && this.state.panel.minutes) {
            // a time was typed and waits for its words: it is not thrown away
            this.root.el.querySelector(".o_legal_week_panel textarea")?.focus();
            return;
        }
        this.activate(matter.id, col);
        this.open();
    }

    // -------------------------------------------------------------------- panel

    open() {
        if (this.activeEntries.length) {
            this.openPanel();
        } else {
            this.startEditing("");
        }
    }

    openPanel(minutes = undefined) {
        this.state.editing = null;
        this.state.refusal = null;
        this.state.asking = null;
        this.state.panel = { ...this.state.active, minutes };
    }

    closePanel(asksFocus = true) {
        this.state.panel = null;
        if (asksFocus) {
            this.askFocus();
        }
    }

    get panelEntries() {
        const { matterId, col } = this.state.panel;
        return this.model.entriesOf(matterId, this.model.days[col].date);
    }

    onPanelSaved(entry, isNew) {
        this.model.put(entry);
        if (isNew) {
            this.closePanel();
        }
        this.props.onChanged();
    }

    onPanelDeleted(entry) {
        this.model.remove(entry);
        if (!this.panelEntries.length) {
            this.closePanel();
        }
        this.props.onChanged();
    }

    // ------------------------------------------------------------------ matters

    startSearch() {
        this.state.isSearching = true;
    }

    onMatterFound(matter) {
        this.state.isSearching = false;
        this.model.addRow(matter);
        this.activate(matter.id, this.state.active.col);
    }

    onSearchCancelled() {
        this.state.isSearching = false;
        this.askFocus();
    }
}
