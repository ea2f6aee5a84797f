import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { saveEntry } from "../day/time_entry";

const PINS = "legal_timesheet.week_pins";
const ADDED = "legal_timesheet.week_rows";

/**
 * A week of a person: what the server said of it, and what was changed since.
 * Totals are derived, so that a change costs one call and no reload.
 */
export class WeekModel {
    constructor(orm) {
        this.orm = orm;
        this.monday = null;
        this.employeeId = false;
        this.data = null;
        /** what the sheet of the user's own week says; null for somebody else's */
        this.standing = null;
        this.pins = this.remembered(PINS, []);
        return reactive(this);
    }

    // ------------------------------------------------------------------- load

    async load(monday, employeeId = this.employeeId) {
        const asked = `${monday}/${employeeId}`;
        this.asked = asked;
        const [data, standing] = await Promise.all([
            this.orm.call("legal.week", "load_week", [
                monday,
                employeeId,
                [...this.pins, ...this.addedRows(monday, employeeId)],
            ]),
            employeeId ? null : this.askStanding(monday),
        ]);
        // an answer that comes late must not replace the week asked for since
        if (this.asked === asked) {
            const pinned = (matter) => !this.isPinned(matter);
            data.matters.sort((a, b) => pinned(a) - pinned(b));
            this.data = data;
            this.standing = data.is_own ? standing : null;
            this.monday = data.monday;
            this.employeeId = employeeId;
        }
    }

    reload() {
        return this.load(this.monday);
    }

    askStanding(monday) {
        return this.orm.silent.call("legal.time.sheet", "get_week_state", [monday]);
    }

    /** Ask again where the week stands: something was written in it. */
    async refreshStanding() {
        const { monday } = this;
        const standing = this.data.is_own ? await this.askStanding(monday) : null;
        if (monday === this.monday) {
            this.standing = standing;
        }
    }

    // ------------------------------------------------------------------- rows

    get days() {
        return this.data.days;
    }

    /** Rows keep their place while the week is open, whatever is typed in them. */
    get rows() {
        return this.data.matters;
    }

    matterOf(id) {
        return this.data.matters.find((matter) => matter.id === id);
    }

    addRow(matter) {
        if (!this.matterOf(matter.id)) {
            this.data.matters.push(matter);
        }
        const rows = this.addedRows(this.monday, this.employeeId);
        if (!rows.includes(matter.id)) {
            this.remember(ADDED, {
                key: this.rowsKey(this.monday, this.employeeId),
                ids: [...rows, matter.id],
            });
        }
    }

    isPinned(matter) {
        return this.pins.includes(matter.id);
    }

    togglePin(matter) {
        this.pins = this.isPinned(matter)
            ? this.pins.filter((id) => id !== matter.id)
            : [...this.pins, matter.id];
        this.remember(PINS, this.pins);
    }

    // ---------------------------------------------------------------- entries

    entriesOf(matterId, day) {
        return this.data.entries.filter(
            (entry) => entry.matter_id === matterId && entry.date === day
        );
    }

    entriesOfDay(day) {
        return this.data.entries.filter((entry) => entry.date === day);
    }

    get drafts() {
        return this.data.entries.filter((entry) => entry.state === "draft");
    }

    /** Where the week stands: its sheet says it, or the entries one may read. */
    get weekState() {
        if (this.standing) {
            return this.standing;
        }
        const { entries } = this.data;
        const returned = this.drafts.find((entry) => entry.return_word);
        if (returned) {
            return { state: "returned", word: returned.return_word };
        }
        if (!entries.length || this.drafts.length) {
            return { state: "draft" };
        }
        const waits = entries.some((entry) => entry.state === "submitted");
        return { state: waits ? "submitted" : "approved" };
    }

    minutesOf(matterId, day) {
        return sum(this.entriesOf(matterId, day));
    }

    minutesOfMatter(matterId) {
        return sum(this.data.entries.filter((entry) => entry.matter_id === matterId));
    }

    minutesOfDay(day) {
        return sum(this.entriesOfDay(day)) + (this.data.other_minutes[day] || 0);
    }

    get minutes() {
        return this.days.reduce((total, day) => total + this.minutesOfDay(day.date), 0);
    }

    get expected() {
        return this.days.reduce((total, day) => total + day.expected, 0);
    }

    get hasOther() {
        return Object.values(this.data.other_minutes).some(Boolean);
    }

    /** What is left to write of a day that is over; nothing of today or later. */
    missingOf(day) {
        return day.is_past ? Math.max(0, day.expected - this.minutesOfDay(day.date)) : 0;
    }

    async save(values) {
        const entry = await saveEntry(this.orm, {
            employee_id: this.data.is_own ? false : this.data.person.id,
            ...values,
        });
        this.put(entry);
        return entry;
    }

    put(entry) {
        const entries = this.data.entries;
        const index = entries.findIndex(({ id }) => id === entry.id);
        if (index < 0) {
            entries.push(entry);
        } else {
            entries[index] = entry;
        }
        const matter = this.matterOf(entry.matter_id);
        if (matter) {
            matter.last_narrative = entry.narrative;
            matter.last_activity_id = entry.activity_code_id;
        } else {
            this.data.matters.push({
                id: entry.matter_id,
                number: entry.matter,
                name: entry.matter_name,
                client: entry.client,
                is_open: true,
                can_write: true,
                last_narrative: entry.narrative,
                last_activity_id: entry.activity_code_id,
            });
        }
    }

    remove(entry) {
        this.data.entries = this.data.entries.filter(({ id }) => id !== entry.id);
    }

    // ----------------------------------------------------------------- copies

    async copyLastWeek(mode) {
        const copied = await this.orm.call("legal.week", "copy_week", [
            this.monday,
            mode,
            this.employeeId,
        ]);
        copied.matters.forEach((matter) => this.addRow(matter));
        copied.entries.forEach((entry) => this.put(entry));
        return copied;
    }

    async submit() {
        const done = this.data.is_own
            ? await this.orm.call("legal.time.sheet", "submit_week", [this.monday])
            : await this.orm.call("legal.week", "submit_week", [
                  this.monday,
                  this.employeeId,
              ]);
        await this.reload();
        return done;
    }

    /** Take one's own week back, while nobody approved any of it. */
    async withdraw() {
        const done = await this.orm.call("legal.time.sheet", "withdraw_week", [this.monday]);
        await this.reload();
        return done;
    }

    // ----------------------------------------------------------------- memory

    rowsKey(monday, employeeId) {
        return `${monday}/${employeeId || "own"}`;
    }

    addedRows(monday, employeeId) {
        const rows = this.remembered(ADDED, {});
        return rows.key === this.rowsKey(monday, employeeId) ? rows.ids : [];
    }

    remembered(name, fallback) {
        try {
            return JSON.parse(browser.localStorage.getItem(name)) || fallback;
        } catch {
            return fallback;
        }
    }

    remember(name, value) {
        browser.localStorage.setItem(name, JSON.stringify(value));
    }
}

function sum(entries) {
    return entries.reduce((total, entry) => total + entry.minutes, 0);
}
