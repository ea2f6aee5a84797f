import { Component, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { Dialog } from "@web/core/dialog/dialog";
import { serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { parseDuration } from "../core/duration";
import { sayError, sayMinutes } from "./timer_words";

const LAST_INPUT = "legal_timer_last_input";
const INPUTS = ["keydown", "pointerdown", "wheel", "touchstart"];
/** the moment of the last input is written no more often than this */
const WRITE_EVERY = 5000;

/** What is to be kept of a time in which the timer ran without its person. */
export class TimerQuestionDialog extends Component {
    static template = "legal_timesheet.TimerQuestionDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        /** when the person went quiet, in milliseconds; absent: the server asks */
        quietSince: { type: Number, optional: true },
    };

    setup() {
        this.service = useService("legal_timer");
        this.timer = this.service.state.timer;
        this.state = useState({ text: "", error: "" });
        this.title = _t("What is to be kept?");
        this.readAt = Date.now();
        this.seconds = this.service.seconds;
    }

    get words() {
        const { quietSince } = this.props;
        if (quietSince && !this.timer.question) {
            return _t(
                "The timer ran while nothing was typed or clicked here since %(time)s (%(silence)s).",
                {
                    time: this.sayTime(quietSince),
                    silence: sayMinutes(Math.round((this.readAt - quietSince) / 60000)),
                }
            );
        }
        return this.timer.question === "overnight"
            ? _t("The timer has run since %s.", this.timer.started)
            : _t("The timer has run a long time untouched, since %s.", this.timer.started);
    }

    get quietMinutes() {
        const silence = (this.readAt - this.props.quietSince) / 1000;
        return Math.max(Math.round((this.seconds - silence) / 60), 0);
    }

    get allLabel() {
        return _t("Keep all: %s", sayMinutes(Math.round(this.seconds / 60)));
    }

    get dayChoice() {
        return this.timer.choices.find((choice) => choice.keep === "day");
    }

    get quietLabel() {
        return _t("Stop at %(time)s: %(kept)s", {
            time: this.sayTime(this.props.quietSince),
            kept: sayMinutes(this.quietMinutes),
        });
    }

    sayTime(moment) {
        return luxon.DateTime.fromMillis(moment).toLocaleString(
            luxon.DateTime.TIME_SIMPLE
        );
    }

    async answer(keep, value = false, goOn = false) {
        this.state.error = "";
        try {
            await this.service.call("answer", keep, value, goOn);
        } catch (error) {
            this.state.error = sayError(error);
            return;
        }
        this.props.close();
        if (keep !== "all" && !goOn) {
            this.env.bus.trigger("LEGAL-TIMER-OPEN", { stop: true });
        }
    }

    answerQuiet(goOn) {
        const since = luxon.DateTime.fromMillis(this.props.quietSince);
        return this.answer("until", serializeDateTime(since), goOn);
    }

    answerMinutes() {
        const minutes = parseDuration(this.state.text);
        if (!minutes) {
            this.state.error = _t("Write a duration, for instance 1h30 or 90m.");
            return;
        }
        return this.answer("minutes", minutes);
    }
}

/**
 * Asks on return. The moment of the last key or click stays in this browser: it is
 * shared by its tabs, compared there, and sent nowhere; it is not even kept when the
 * person does not want to be asked.
 */
export const legalTimerQuestionService = {
    dependencies: ["legal_timer", "dialog"],
    start(env, { legal_timer: timer, dialog }) {
        let isAsking = false;
        let asked = "";

        const storage = browser.localStorage;
        const lastInput = () => Number(storage.getItem(LAST_INPUT)) || 0;

        function ask(props) {
            isAsking = true;
            dialog.add(TimerQuestionDialog, props, { onClose: () => (isAsking = false) });
        }

        /** Ask what the server wants to know, once in a tab that is seen. */
        function askForServer() {
            const { timer: current } = timer.state;
            const question = current?.question && `${current.id}_${current.question}`;
            if (!question) {
                asked = "";
            } else if (question !== asked && !isAsking && !document.hidden) {
                asked = question;
                const last = lastInput();
                const started = Date.now() - timer.seconds * 1000;
                ask(last > started ? { quietSince: last } : {});
            }
        }

        function onInput() {
            const { timer: current, asksIdle, idleMinutes } = timer.state;
            if (!asksIdle || !idleMinutes || !current) {
                storage.removeItem(LAST_INPUT);
                return;
            }
            const now = Date.now();
            const last = lastInput();
            if (last && now - last < WRITE_EVERY) {
                return;
            }
            const runningSince = now - timer.seconds * 1000;
            const quietSince = Math.max(last, runningSince);
            storage.setItem(LAST_INPUT, now);
            const isRunning = current.state === "running" && !current.question;
            if (last && isRunning && !isAsking && now - quietSince >= idleMinutes * 60000) {
                ask({ quietSince });
            }
        }

        for (const name of INPUTS) {
            browser.addEventListener(name, onInput, { capture: true, passive: true });
        }
        env.bus.addEventListener("LEGAL-TIMER-READ", askForServer);
    },
};

registry.category("services").add("legal_timer_question", legalTimerQuestionService);
