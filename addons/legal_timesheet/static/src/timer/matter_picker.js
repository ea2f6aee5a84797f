import { Component, useRef, useState } from "@odoo/owl";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { KeepLast } from "@web/core/utils/concurrency";
import { useDebounced } from "@web/core/utils/timing";

let nextId = 1;

/** A field that finds a matter by its number, its object or its client. */
export class MatterPicker extends Component {
    static template = "legal_timesheet.MatterPicker";
    static props = {
        onSelect: Function,
        label: String,
        value: { type: String, optional: true },
        autofocus: { type: Boolean, optional: true },
    };

    setup() {
        this.timer = useService("legal_timer");
        this.id = `legal_matter_picker_${nextId++}`;
        this.state = useState({ text: this.props.value || "", found: [], at: 0 });
        this.input = this.props.autofocus
            ? useAutofocus({ refName: "input" })
            : useRef("input");
        this.keepLast = new KeepLast();
        this.search = useDebounced(async () => {
            const text = this.state.text.trim();
            this.state.found = text
                ? await this.keepLast.add(this.timer.matters(text))
                : [];
            this.state.at = 0;
        }, 150);
    }

    onKeydown(ev) {
        const { found, at } = this.state;
        const moves = { ArrowDown: 1, ArrowUp: -1 };
        if (ev.key in moves && found.length) {
            this.state.at = (at + moves[ev.key] + found.length) % found.length;
        } else if (ev.key === "Enter" && found.length) {
            this.select(found[at]);
        } else if (ev.key === "Escape" && found.length) {
            this.state.found = [];
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    select(matter) {
        this.state.found = [];
        this.state.text = this.props.value === undefined ? "" : matter.number;
        this.props.onSelect(matter);
    }
}
