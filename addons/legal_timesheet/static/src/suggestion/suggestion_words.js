import { _t } from "@web/core/l10n/translation";

/** @param {number} minutes @returns {string} "1 h 30", "12 min" */
export function hoursLabel(minutes) {
    const whole = Math.max(0, Math.round(minutes));
    if (whole < 60) {
        return _t("%s min", whole);
    }
    return _t("%(hours)s h %(minutes)s", {
        hours: Math.floor(whole / 60),
        minutes: String(whole % 60).padStart(2, "0"),
    });
}

/** @returns {string} the sentence the server answered, to show where it was typed */
export function errorSentence(error) {
    const sentence = error?.data?.message || error?.message?.data?.message;
    return sentence || _t("The server did not answer: try again in a moment.");
}
