import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { debounce } from "@web/core/utils/timing";

const MODEL = "legal.time.timer";
const TICK = 1000;
/** the server says when a timer has to ask: hear it without a reload of the page */
const REREAD = 5 * 60 * 1000;

/**
 * The timer of the user, one for all tabs and devices: the server keeps it, tabs of
 * this browser tell each other at once, other devices hear of it by the bus, and each
 * tab reads it again when it comes back to the front.
 */
export const legalTimerService = {
    dependencies: ["orm", "bus_service"],
    start(env, { orm, bus_service: bus }) {
        const state = reactive({
            isAllowed: false,
            timer: false,
            aside: [],
            recent: [],
            idleMinutes: 0,
            asksIdle: false,
            readAt: Date.now(),
            now: Date.now(),
        });
        let channel;

        function apply(answer) {
            Object.assign(state, {
                timer: answer.timer,
                aside: answer.aside,
                recent: answer.recent,
                idleMinutes: answer.idle_minutes,
                asksIdle: answer.asks_idle,
                readAt: Date.now(),
                now: Date.now(),
            });
            env.bus.trigger("LEGAL-TIMER-READ");
            return answer;
        }

        async function read() {
            return apply(await orm.silent.call(MODEL, "get_state", []));
        }

        const readSoon = debounce(() => read().catch(() => {}), 100);

        async function call(method, ...args) {
            const answer = apply(await orm.call(MODEL, method, args));
            channel?.postMessage(method);
            if (answer.outcome?.kind === "entry") {
                env.bus.trigger("LEGAL-TIME-CHANGED");
            }
            return answer;
        }

        async function begin() {
            if (!(await user.hasGroup("legal_timesheet.group_legal_user"))) {
                return;
            }
            state.isAllowed = true;
            if (browser.BroadcastChannel) {
                channel = new browser.BroadcastChannel(`legal_timer_${user.userId}`);
                channel.onmessage = readSoon;
            }
            bus.subscribe("legal.time.timer/changed", readSoon);
            bus.start();
            browser.addEventListener("focus", readSoon);
            document.addEventListener("visibilitychange", () => {
                if (!document.hidden) {
                    readSoon();
                }
            });
            browser.setInterval(() => {
                if (state.timer?.state === "running" && !document.hidden) {
                    state.now = Date.now();
                }
            }, TICK);
            browser.setInterval(() => {
                if (state.timer?.state === "running" && !document.hidden) {
                    readSoon();
                }
            }, REREAD);
            await read();
        }

        begin().catch(() => {});
        return {
            state,
            read,
            call,
            /** @returns {number} seconds counted until now */
            get seconds() {
                const { timer, readAt, now } = state;
                if (!timer) {
                    return 0;
                }
                const since = timer.state === "running" ? (now - readAt) / 1000 : 0;
                return Math.floor(timer.seconds + Math.max(since, 0));
            },
            /** Start on something, whatever runs: what ran becomes an entry. */
            take(values) {
                return call(state.timer ? "switch" : "start", values);
            },
            proposal: (timerId) => orm.call(MODEL, "get_proposal", [timerId || false]),
            matters: (text) => orm.silent.call(MODEL, "get_matters", [text]),
        };
    },
};

registry.category("services").add("legal_timer", legalTimerService);
