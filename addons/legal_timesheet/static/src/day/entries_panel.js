import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { formatMinutes } from "../core/duration";
import { EntryList } from "./entry_list";
import { refusalOf, TIME_CHANGED } from "./time_entry";

/** The entries of the day, with their total against what the day should hold. */
export class EntriesPanel extends Component {
    static template = "legal_timesheet.EntriesPanel";
    static components = { EntryList };
    static props = { day: String };

    setup() {
        this.orm = useService("orm");
        this.state = useState({
            entries: [],
            activities: [],
            expected: 0,
            otherMinutes: 0,
            holiday: "",
            problem: "",
            newCount: 0,
            startsNew: undefined,
        });
        useBus(this.env.bus, TIME_CHANGED, ({ detail }) => {
            if (detail?.source !== this) {
                this.load(this.props.day);
            }
        });
        useBus(this.env.bus, "LEGAL-FOCUS-MATTER", () => this.openNew());
        onWillStart(() => this.load(this.props.day));
        onWillUpdateProps((props) => {
            this.state.startsNew = undefined;
            return props.day === this.props.day ? undefined : this.load(props.day);
        });
    }

    async load(day) {
        this.wanted = day;
        let data;
        try {
            data = await this.orm.silent.call("legal.day", "load_day", [day]);
        } catch (error) {
            this.state.problem = refusalOf(error);
            return;
        }
        if (this.wanted === day) {
            Object.assign(this.state, {
                problem: "",
                entries: data.entries,
                activities: data.activities,
                expected: data.expected,
                otherMinutes: data.other_minutes,
                holiday: data.holiday,
            });
        }
    }

    openNew() {
        this.state.startsNew = false;
        this.state.newCount++;
    }

    get minutes() {
        const { entries, otherMinutes } = this.state;
        return entries.reduce((sum, entry) => sum + entry.minutes, otherMinutes);
    }

    get total() {
        const total = formatMinutes(this.minutes);
        return this.state.expected
            ? _t("%(total)s of %(expected)s", {
                  total,
                  expected: formatMinutes(this.state.expected),
              })
            : total;
    }

    get share() {
        const { expected } = this.state;
        return expected ? Math.min(100, (100 * this.minutes) / expected) : 0;
    }

    get other() {
        return formatMinutes(this.state.otherMinutes);
    }

    onSaved(entry, isNew) {
        if (isNew) {
            this.state.entries.push(entry);
        } else {
            const index = this.state.entries.findIndex(({ id }) => id === entry.id);
            this.state.entries[index] = entry;
        }
        this.tell();
    }

    onDeleted(entry) {
        const index = this.state.entries.findIndex(({ id }) => id === entry.id);
        this.state.entries.splice(index, 1);
        this.tell();
    }

    tell() {
        this.env.bus.trigger(TIME_CHANGED, { source: this });
    }
}

registry
    .category("legal_day_panels")
    .add("entries", { Component: EntriesPanel, column: "left" }, { sequence: 20 });
