import { registry } from "@web/core/registry";
import { sayError, tellOutcome } from "./timer_words";

/** The buttons "Start the Timer" of matters, tasks and meetings. */
export async function startTimer(env, action) {
    const { legal_timer: timer, notification } = env.services;
    const { matter_id, task_id, narrative } = action.params || {};
    const values = {};
    for (const [name, value] of Object.entries({ matter_id, task_id, narrative })) {
        if (value) {
            values[name] = value;
        }
    }
    try {
        const answer = await timer.take(values);
        tellOutcome(notification, answer.outcome);
        env.bus.trigger("LEGAL-TIMER-OPEN");
    } catch (error) {
        notification.add(sayError(error), { type: "danger" });
    }
}

registry.category("actions").add("legal_timesheet.timer_start", startTimer);
