import { Component, onMounted, onWillDestroy, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { useService } from "@web/core/utils/hooks";

const DELAY = 150;
let nextId = 1;

/** Finds an open matter of the person by number, object or client. */
export class MatterSearch extends Component {
    static template = "legal_timesheet.MatterSearch";
    static props = {
        employeeId: { type: [Number, Boolean], optional: true },
        placeholder: String,
        autofocus: { type: Boolean, optional: true },
        onSelected: Function,
        onCancel: { type: Function, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.inputRef = useRef("input");
        this.listId = `legal_matter_search_${nextId++}`;
        this.state = useState({ text: "", open: false, matters: [], index: 0 });
        this.request = 0;
        onMounted(() => this.props.autofocus && this.inputRef.el.focus());
        onWillDestroy(() => browser.clearTimeout(this.timer));
    }

    get activeId() {
        return this.state.open && this.state.matters.length
            ? `${this.listId}_${this.state.index}`
            : undefined;
    }

    onInput(ev) {
        this.state.text = ev.target.value;
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => this.search(), DELAY);
    }

    async search() {
        const request = ++this.request;
        const text = this.state.text;
        const matters = await this.orm.silent.call("legal.day", "find_matters", [
            text,
            this.props.employeeId || false,
        ]);
        // an answer that comes late must not replace the one of newer words
        if (request === this.request) {
            Object.assign(this.state, { matters, index: 0, open: true, found: text });
        }
        return request === this.request;
    }

    async onKeydown(ev) {
        const { matters } = this.state;
        if (ev.key === "Escape") {
            ev.stopPropagation();
            this.close();
            this.props.onCancel?.();
        } else if (ev.key === "ArrowDown" || ev.key === "ArrowUp") {
            ev.preventDefault();
            ev.stopPropagation();
            if (!this.state.open) {
                return this.search();
            }
            const step = ev.key === "ArrowDown" ? 1 : -1;
            const count = matters.length || 1;
            this.state.index = (this.state.index + step + count) % count;
        } else if (ev.key === "Enter") {
            ev.preventDefault();
            ev.stopPropagation();
            browser.clearTimeout(this.timer);
            if (!this.state.open || this.state.found !== this.state.text) {
                await this.search();
            }
            if (this.state.matters.length) {
                this.select(this.state.matters[this.state.index]);
            }
        }
    }

    select(matter) {
        this.close();
        this.props.onSelected(matter);
    }

    close() {
        browser.clearTimeout(this.timer);
        this.request++;
        Object.assign(this.state, { text: "", open: false, matters: [], index: 0 });
    }

    onBlur() {
        this.state.open = false;
    }
}
