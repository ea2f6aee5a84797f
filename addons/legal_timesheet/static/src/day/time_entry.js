import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { parseDuration } from "../core/duration";

const { DateTime } = luxon;

/** What tells the other components that time was recorded, changed or deleted. */
export const TIME_CHANGED = "LEGAL-TIME-CHANGED";

export function saveEntry(orm, values) {
    return orm.silent.call("account.analytic.line", "legal_save_entry", [values]);
}

export function deleteEntry(orm, id) {
    return orm.silent.call("account.analytic.line", "legal_delete_entry", [id]);
}

/**
 * The sentence of a refusal, to say where the value was typed. Anything that is
 * not a refusal of the server goes on to the dialog of errors.
 *
 * @returns {string}
 */
export function refusalOf(error) {
    if (error instanceof ConnectionLostError) {
        return _t("Not saved: the server does not answer. Try again in a moment.");
    }
    if (error.data && error.data.message) {
        return error.data.message;
    }
    throw error;
}

export function notADuration(text) {
    return _t("“%s” is not a duration: write 1h30, 1:30, 1,5 or 90m.", text);
}

/**
 * Split "1 h 30 conclusions" into its duration and its words: the longest
 * beginning that means a duration is the duration.
 *
 * @returns {{minutes: number, narrative: string}|null}
 */
export function splitDuration(text) {
    const words = (text || "").trim().split(/\s+/);
    for (let count = Math.min(words.length, 4); count > 0; count--) {
        const minutes = parseDuration(words.slice(0, count).join(" "));
        if (minutes !== null) {
            return { minutes, narrative: words.slice(count).join(" ") };
        }
    }
    return null;
}

/** Whether a key pressed there writes text, so that no shortcut may take it. */
export function isTyping(target) {
    return Boolean(
        target.closest &&
            target.closest("input, textarea, select, [contenteditable='true']")
    );
}

export function longDay(day) {
    return DateTime.fromISO(day).toFormat("cccc d LLLL");
}

export function shortDay(day) {
    return DateTime.fromISO(day).toFormat("ccc d");
}

export function addDays(day, count) {
    return DateTime.fromISO(day).plus({ days: count }).toISODate();
}

export function today() {
    return DateTime.local().toISODate();
}
