import { Component, useState } from "@odoo/owl";
import { formatMinutes } from "../core/duration";
import { EntryList } from "../day/entry_list";
import { longDay, shortDay } from "../day/time_entry";

/** The week on a phone: seven days to tap, and the entries of the one tapped. */
export class WeekPhone extends Component {
    static template = "legal_timesheet.WeekPhone";
    static components = { EntryList };
    static props = { model: Object, onChanged: Function };

    setup() {
        const days = this.props.model.days;
        this.state = useState({ day: (days.find((day) => day.is_today) || days[0]).date });
    }

    get model() {
        return this.props.model;
    }

    /** The day of the same name when the week changed under our feet. */
    get day() {
        const days = this.model.days;
        return (
            days.find((day) => day.date === this.state.day) ||
            days[(new Date(this.state.day).getUTCDay() + 6) % 7]
        );
    }

    get entries() {
        return this.model.entriesOfDay(this.day.date);
    }

    get canWrite() {
        return this.entries.every((entry) => this.model.matterOf(entry.matter_id).can_write);
    }

    get employeeId() {
        return this.model.data.is_own ? false : this.model.data.person.id;
    }

    get total() {
        const total = formatMinutes(this.model.minutesOfDay(this.day.date));
        const { expected } = this.day;
        return expected ? `${total} / ${formatMinutes(expected)}` : total;
    }

    format(minutes) {
        return minutes ? formatMinutes(minutes) : "·";
    }

    short(day) {
        return shortDay(day);
    }

    long(day) {
        return longDay(day);
    }

    share(day) {
        return day.expected
            ? Math.min(100, (100 * this.model.minutesOfDay(day.date)) / day.expected)
            : 0;
    }

    choose(day) {
        this.state.day = day.date;
    }

    onSaved(entry) {
        this.model.put(entry);
        this.props.onChanged();
    }

    onDeleted(entry) {
        this.model.remove(entry);
        this.props.onChanged();
    }
}
