/**
 * Durations as lawyers write them: 1h30, 1:30, 1,5, 1.5, 90m. The same rules as
 * `engine/durations.py`: whole minutes inside, a bare number is hours.
 */

const NUMBER = "\\d+(?:[.,]\\d+)?";
const HOURS_MINUTES = /^(\d+)\s*(?:h|:)\s*([0-5]?\d)\s*(?:m|mn|min)?$/;
const HOURS = new RegExp(`^(${NUMBER})\\s*(?:h|hr|hrs|heures?|hours?)?$`);
const MINUTES = new RegExp(`^(${NUMBER})\\s*(?:m|mn|min|minutes?|')$`);

/**
 * @param {string} text
 * @returns {number|null} whole minutes, null when the text means no duration
 */
export function parseDuration(text) {
    const cleaned = (text || "").trim().toLowerCase();
    let match = cleaned.match(HOURS_MINUTES);
    if (match) {
        return Number(match[1]) * 60 + Number(match[2]);
    }
    match = cleaned.match(MINUTES);
    if (match) {
        return wholeMinutes(match[1], 1);
    }
    match = cleaned.match(HOURS);
    return match ? wholeMinutes(match[1], 60) : null;
}

/**
 * @param {number} minutes
 * @returns {string} "1:30", what the fields of a timesheet show
 */
export function formatMinutes(minutes) {
    const sign = minutes < 0 ? "-" : "";
    const whole = Math.round(Math.abs(minutes));
    return `${sign}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** @param {number} hours a float of hours, as the server holds it */
export function minutesFromHours(hours) {
    return Math.round((hours || 0) * 60);
}

function wholeMinutes(number, factor) {
    return Math.round(Number(number.replace(",", ".")) * factor);
}
