import { _t } from "@web/core/l10n/translation";

/** @returns {string} "1:05", or "1:05:09" with the seconds */
export function formatSeconds(seconds, withSeconds = false) {
    const pad = (number) => String(number).padStart(2, "0");
    const minutes = Math.floor(seconds / 60);
    const short = `${Math.floor(minutes / 60)}:${pad(minutes % 60)}`;
    return withSeconds ? `${short}:${pad(seconds % 60)}` : short;
}

/** @returns {string} "1 h 30", as a bill says it */
export function sayMinutes(minutes) {
    const rest = minutes % 60;
    const hours = Math.floor(minutes / 60);
    return rest ? `${hours} h ${String(rest).padStart(2, "0")}` : `${hours} h`;
}

/** @returns {string} the sentence of a refusal, whatever kind of error it came as */
export function sayError(error) {
    return error?.data?.message || error?.message || _t("This could not be saved.");
}

/** Tell what became of the work that the timer left. */
export function tellOutcome(notification, outcome) {
    if (outcome?.kind === "entry") {
        notification.add(_t("Recorded: %s", outcome.sentence), { type: "success" });
    } else if (outcome?.kind === "aside") {
        notification.add(
            _t("Set aside: %s. Complete it from the timer when you can.", outcome.matter),
            { type: "info" }
        );
    } else if (outcome?.kind === "discarded") {
        notification.add(_t("Less than a minute: nothing was recorded."), {
            type: "info",
        });
    }
}
