import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { parseDuration } from "../core/duration";
import { QuickEntryLine } from "../quick_entry/quick_entry_line";
import { MatterPicker } from "./matter_picker";
import { TimerStopForm } from "./timer_stop_form";
import { formatSeconds, sayError, sayMinutes, tellOutcome } from "./timer_words";

const RECENT_ON_PHONE = 3;

/** The timer and all one does with it: in the top bar, and on the day's screen. */
export class TimerPanel extends Component {
    static template = "legal_timesheet.TimerPanel";
    static components = { MatterPicker, QuickEntryLine, TimerStopForm };
    static props = {
        day: { type: String, optional: true },
        close: { type: Function, optional: true },
        autofocus: { type: Boolean, optional: true },
        focusRef: { type: Object, optional: true },
    };

    setup() {
        this.service = useService("legal_timer");
        this.notification = useService("notification");
        this.timerState = useState(this.service.state);
        this.ui = useState(useService("ui"));
        this.state = useState({ stopping: false, error: "", keepText: "" });
        this.startTitle = _t("Start the timer");
        this.switchTitle = _t("Switch to");
        this.pickerLabel = _t("Another matter: number, object or client");
        if (this.props.close && this.service.stopWanted) {
            this.service.stopWanted = false;
            this.askStop();
        }
    }

    get timer() {
        return this.timerState.timer;
    }

    get clock() {
        return formatSeconds(this.service.seconds, true);
    }

    get isRunning() {
        return this.timer?.state === "running";
    }

    get recent() {
        const current = this.timer && this.timer.matter?.id;
        const recent = this.timerState.recent.filter((matter) => matter.id !== current);
        // on a phone the entries of the day must stay in sight below
        return this.props.day && this.ui.isSmall ? recent.slice(0, RECENT_ON_PHONE) : recent;
    }

    get quickDefaults() {
        return this.props.day ? { date: this.props.day } : {};
    }

    get questionWords() {
        return this.timer.question === "overnight"
            ? _t("This timer has run since %s: what is to be kept?", this.timer.started)
            : _t("This timer has run a long time untouched: what is to be kept?");
    }

    get idleWords() {
        return _t(
            "Ask me after %s minutes without a key or a click. Only this browser knows.",
            this.timerState.idleMinutes
        );
    }

    sayAside(timer) {
        return sayMinutes(Math.max(Math.round(timer.seconds / 60), 1));
    }

    async run(method, ...args) {
        this.state.error = "";
        try {
            const answer = await this.service.call(method, ...args);
            tellOutcome(this.notification, answer.outcome);
            return true;
        } catch (error) {
            this.state.error = sayError(error);
            return false;
        }
    }

    async take(values) {
        this.state.stopping = false;
        await this.run(this.timer ? "switch" : "start", values);
    }

    saveNarrative = async (ev) => {
        const narrative = ev.target.value.trim();
        if (narrative !== this.timer.narrative) {
            await this.run("revise", { narrative });
        }
    };

    async askStop(timerId = false) {
        this.state.error = "";
        try {
            this.state.stopping = await this.service.proposal(timerId);
        } catch (error) {
            this.state.error = sayError(error);
        }
    }

    async answer(keep, value = false) {
        const done = await this.run("answer", keep, value);
        if (done && keep !== "all") {
            await this.askStop();
        }
    }

    answerMinutes() {
        const minutes = parseDuration(this.state.keepText);
        if (!minutes) {
            this.state.error = _t("Write a duration, for instance 1h30 or 90m.");
            return;
        }
        this.answer("minutes", minutes);
    }
}
