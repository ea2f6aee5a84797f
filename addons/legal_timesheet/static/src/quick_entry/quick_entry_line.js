import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { KeepLast } from "@web/core/utils/concurrency";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { sayError } from "../timer/timer_words";

const MODEL = "account.analytic.line";
let nextId = 1;

/**
 * One line of text that becomes a time entry: shown as understood while it is typed,
 * saved with Enter, ready for the next one.
 */
export class QuickEntryLine extends Component {
    static template = "legal_timesheet.QuickEntryLine";
    static props = {
        defaults: { type: Object, optional: true },
        line: { type: String, optional: true },
        autofocus: { type: Boolean, optional: true },
        onSaved: { type: Function, optional: true },
        /** a place to put a function that focuses the line */
        focusRef: { type: Object, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.id = `legal_quick_entry_${nextId++}`;
        this.state = useState({
            line: this.props.line || "",
            preview: false,
            completions: [],
            at: -1,
            error: "",
            isSaving: false,
            saved: [],
        });
        this.input = this.props.autofocus
            ? useAutofocus({ refName: "input", mobile: true })
            : useRef("input");
        if (this.props.focusRef) {
            this.props.focusRef.focus = () => this.input.el?.focus();
        }
        this.keepLast = new KeepLast();
        this.previewSoon = useDebounced(() => this.preview(), 150);
        onWillStart(() => (this.hasDefaults ? this.preview(null) : undefined));
        useEffect(
            (caret) => {
                if (caret !== undefined) {
                    this.input.el.setSelectionRange(caret, caret);
                    this.caretToSet = undefined;
                }
            },
            () => [this.caretToSet]
        );
    }

    /** Whether the place says more than which day it shows. */
    get hasDefaults() {
        const { date, ...known } = this.props.defaults || {};
        return Boolean(this.props.line || Object.keys(known).length);
    }

    /** What stands in the way of saving, in one sentence. */
    get problem() {
        const { preview, error } = this.state;
        return error || preview?.refused || (!this.isEmpty && preview?.missing) || "";
    }

    get isEmpty() {
        return !this.state.line.trim() && !this.hasDefaults;
    }

    get activeId() {
        return this.state.at >= 0 ? `${this.id}_${this.state.at}` : undefined;
    }

    async preview(caret = this.input.el?.selectionStart ?? null) {
        const line = this.state.line;
        if (!line.trim() && !this.hasDefaults) {
            this.state.preview = false;
            this.state.completions = [];
            return;
        }
        const request = this.orm.silent.call(MODEL, "legal_quick_preview", [
            line,
            this.props.defaults || {},
            caret,
        ]);
        try {
            const preview = await this.keepLast.add(request);
            this.state.preview = preview;
            this.state.completions = preview.completions || [];
            this.state.at = -1;
        } catch (error) {
            this.state.error = sayError(error);
        }
    }

    onInput() {
        this.state.error = "";
        this.previewSoon();
    }

    onKeydown(ev) {
        const { completions, at } = this.state;
        const moves = { ArrowDown: 1, ArrowUp: -1 };
        if (ev.key in moves && completions.length) {
            const next = at + moves[ev.key];
            this.state.at = Math.min(Math.max(next, -1), completions.length - 1);
        } else if (ev.key === "Tab" && !ev.shiftKey && completions.length) {
            this.complete(completions[Math.max(at, 0)]);
        } else if (ev.key === "Enter" && at >= 0) {
            this.complete(completions[at]);
        } else if (ev.key === "Enter") {
            this.save();
        } else if (ev.key === "Escape" && completions.length) {
            this.state.completions = [];
            this.state.at = -1;
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    complete({ text, start, stop }) {
        const before = this.state.line.slice(0, start);
        const after = this.state.line.slice(stop).replace(/^\s+/, "");
        this.state.line = `${before}${text} ${after}`;
        this.state.completions = [];
        this.state.at = -1;
        this.caretToSet = before.length + text.length + 1;
        this.input.el.focus();
        this.preview(null);
    }

    async save() {
        if (this.state.isSaving || this.isEmpty) {
            return;
        }
        this.state.isSaving = true;
        try {
            const entry = await this.orm.call(MODEL, "legal_quick_create", [
                this.state.line,
                this.props.defaults || {},
            ]);
            this.state.saved = [entry, ...this.state.saved].slice(0, 5);
            Object.assign(this.state, { line: "", preview: false, completions: [] });
            this.env.bus.trigger("LEGAL-TIME-CHANGED");
            this.props.onSaved?.(entry);
        } catch (error) {
            this.state.error = sayError(error);
        } finally {
            this.state.isSaving = false;
            this.input.el?.focus();
        }
    }
}
