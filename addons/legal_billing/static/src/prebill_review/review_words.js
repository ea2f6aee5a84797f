import { _t } from "@web/core/l10n/translation";
import { formatMonetary } from "@web/views/fields/formatters";
import { minutesFromHours } from "@legal_timesheet/core/duration";

const { DateTime } = luxon;
const NO_BREAK = "\u00a0";

export function money(amount, currencyId) {
    return formatMonetary(amount || 0, { currencyId });
}

/** Hours as the invoice writes them: 1 h 30, 12 h, 6 min. */
export function hours(value) {
    const minutes = Math.abs(minutesFromHours(value));
    const rest = minutes % 60;
    if (rest && minutes < 60) {
        return `${rest}${NO_BREAK}min`;
    }
    const whole = `${Math.floor(minutes / 60)}${NO_BREAK}h`;
    return rest ? `${whole}${NO_BREAK}${String(rest).padStart(2, "0")}` : whole;
}

/** Hours as they are typed: 1h30. */
export function typedHours(value) {
    const minutes = minutesFromHours(value);
    return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}`;
}

/** An amount as it is typed: 1234,56. */
export function typedAmount(value) {
    return (value || 0).toFixed(2).replace(".", ",");
}

/**
 * @param {string} text an amount as lawyers write it: 1 234,56 or 1234.56 €
 * @returns {number|null} null when it means no amount
 */
export function parseAmount(text) {
    const cleaned = (text || "").replace(/[\s\u00a0\u202f€$£]|CHF|EUR/g, "").replace(",", ".");
    return /^-?\d+(\.\d+)?$/.test(cleaned) ? Number(cleaned) : null;
}

export function percent(value) {
    return `${Math.round(value)}${NO_BREAK}%`;
}

export function day(date) {
    return date ? DateTime.fromISO(date).toFormat("d LLL") : "";
}

export function longDay(date) {
    return date ? DateTime.fromISO(date).toFormat("d LLL yyyy") : "";
}

export function period(from, to) {
    const first = DateTime.fromISO(from);
    const last = DateTime.fromISO(to);
    const start = first.toFormat(first.hasSame(last, "year") ? "d LLL" : "d LLL yyyy");
    return `${start} – ${last.toFormat("d LLL yyyy")}`;
}

export function age(days) {
    return days === 1 ? _t("Work of 1 day") : _t("Work of %s days", days);
}

export function heldWords(row) {
    return row.held_until ? _t("On hold until %s", longDay(row.held_until)) : _t("On hold");
}

export function toLookAt(count) {
    return count === 1 ? _t("1 thing to look at") : _t("%s things to look at", count);
}

export function same(one, other) {
    return Math.abs((one || 0) - (other || 0)) < 0.005;
}
