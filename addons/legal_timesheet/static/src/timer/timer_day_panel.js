import { Component } from "@odoo/owl";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { TimerPanel } from "./timer_panel";

/** The timer and the quick entry on the day's screen; keys t and n. */
export class TimerDayPanel extends Component {
    static template = "legal_timesheet.TimerDayPanel";
    static components = { TimerPanel };
    static props = { "*": true };

    setup() {
        this.service = useService("legal_timer");
        this.focusRef = {};
        useHotkey("n", () => this.focusRef.focus?.());
        useHotkey("t", () => this.toggle());
    }

    toggle() {
        const { timer } = this.service.state;
        const method = { running: "pause", paused: "resume" }[timer?.state] || "start";
        const args = method === "start" ? [{}] : [];
        return this.service.call(method, ...args).catch(() => this.service.read());
    }
}

registry
    .category("legal_day_panels")
    .add("timer", { Component: TimerDayPanel, column: "left" }, { sequence: 10 });
