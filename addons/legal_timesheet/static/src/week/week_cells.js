import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatMinutes } from "../core/duration";
import { longDay, shortDay } from "../day/time_entry";

/** What the cells of the week say and look like; what they do is in WeekGrid. */
export class WeekCells extends Component {
    static props = { "*": true };

    get model() {
        return this.props.model;
    }

    get rows() {
        return this.model.rows;
    }

    // ------------------------------------------------------------------ words

    format(minutes) {
        return minutes ? formatMinutes(minutes) : "";
    }

    total(minutes) {
        return formatMinutes(minutes);
    }

    short(day) {
        return shortDay(day);
    }

    long(day) {
        return longDay(day);
    }

    cellLabel(matter, day) {
        const entries = this.model.entriesOf(matter.id, day.date);
        const words = [matter.number, longDay(day.date)];
        words.push(
            entries.length ? formatMinutes(this.model.minutesOf(matter.id, day.date)) : _t("empty")
        );
        if (entries.length > 1) {
            words.push(_t("%s entries", entries.length));
        }
        if (entries.some((entry) => entry.lock)) {
            words.push(_t("locked"));
        }
        return words.join(", ");
    }

    cellTitle(matter, day) {
        return this.model
            .entriesOf(matter.id, day.date)
            .map((entry) => `${formatMinutes(entry.minutes)} ${entry.narrative}`)
            .join("\n");
    }

    cellClass(matter, day) {
        const entries = this.model.entriesOf(matter.id, day.date);
        const every = (test) => entries.length > 0 && entries.every(test);
        return {
            o_weekend: day.is_weekend,
            o_holiday: day.holiday,
            o_today: day.is_today,
            o_filled: entries.length,
            o_locked: every((entry) => entry.lock),
            o_submitted: every((entry) => entry.state === "submitted"),
            o_returned: entries.some((entry) => entry.return_word),
            o_open: this.isPanel(matter, day),
        };
    }

    count(matter, day) {
        return this.model.entriesOf(matter.id, day.date).length;
    }

    isLocked(matter, day) {
        const entries = this.model.entriesOf(matter.id, day.date);
        return entries.length > 0 && entries.some((entry) => entry.lock);
    }

    missing(day) {
        return this.format(this.model.missingOf(day));
    }

    get panelLabel() {
        const { matterId, col } = this.state.panel;
        return `${this.model.matterOf(matterId).number}, ${longDay(this.model.days[col].date)}`;
    }

    // ------------------------------------------------------------------- cells

    is(cell, matter, day) {
        return Boolean(
            cell &&
                cell.matterId === matter.id &&
                this.model.days[cell.col].date === day.date
        );
    }

    isActive(matter, day) {
        return this.is(this.state.active, matter, day);
    }

    isEditing(matter, day) {
        return this.is(this.state.editing, matter, day);
    }

    isPanel(matter, day) {
        return this.is(this.state.panel, matter, day);
    }

    isRefused(matter, day) {
        return this.is(this.state.refusal, matter, day);
    }

    isAsking(matter, day) {
        return this.is(this.state.asking, matter, day);
    }
}
