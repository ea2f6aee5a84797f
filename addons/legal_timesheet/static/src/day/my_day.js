import { Component, onWillStart, useExternalListener, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { formatMinutes } from "../core/duration";
import { addDays, isTyping, longDay, shortDay, TIME_CHANGED, today } from "./time_entry";

const { DateTime } = luxon;
const panels = registry.category("legal_day_panels");

/**
 * The home of the app: panels on one day, in two columns. Each panel gets the
 * day and loads itself, so that an addon adds one without touching this file.
 */
export class MyDay extends Component {
    static template = "legal_timesheet.MyDay";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.ui = useState(useService("ui"));
        this.display = { controlPanel: {} };
        this.state = useState({
            day: this.props.state?.day || today(),
            strip: [],
            problem: "",
            showsKeys: false,
        });
        useSetupAction({ getLocalState: () => ({ day: this.state.day }) });
        useBus(this.env.bus, TIME_CHANGED, () => this.loadStrip());
        useExternalListener(window, "keydown", (ev) => this.onKeydown(ev));
        onWillStart(() => this.loadStrip());
    }

    get leftPanels() {
        return this.panelsOf("left");
    }

    get rightPanels() {
        return this.panelsOf("right");
    }

    panelsOf(column) {
        return panels
            .getEntries()
            .map(([key, panel]) => ({ key, ...panel }))
            .filter((panel) => panel.column === column);
    }

    get title() {
        if (this.ui.isSmall) {
            return DateTime.fromISO(this.state.day).toFormat("ccc d LLL");
        }
        const words = {
            [today()]: _t("Today"),
            [addDays(today(), -1)]: _t("Yesterday"),
            [addDays(today(), 1)]: _t("Tomorrow"),
        };
        const word = words[this.state.day];
        const day = longDay(this.state.day);
        return word ? `${word}, ${day}` : day;
    }

    get isToday() {
        return this.state.day === today();
    }

    get keys() {
        return [
            ["n", _t("write a line of time")],
            ["t", _t("start or stop the timer")],
            ["/", _t("find a matter and add an entry")],
            ["↑ ↓", _t("move in the entries")],
            [_t("Enter"), _t("change the entry")],
            [_t("Del"), _t("delete the entry")],
            ["← →", _t("the day before, the day after")],
            ["j", _t("today")],
            ["?", _t("show or hide these keys")],
        ];
    }

    async loadStrip() {
        const day = this.state.day;
        const strip = await this.orm.silent.call("legal.day", "load_strip", [day]);
        if (day === this.state.day) {
            this.state.strip = strip;
        }
    }

    async goTo(day) {
        const known = this.state.strip.some((row) => row.date === day);
        this.state.day = day;
        if (!known) {
            await this.loadStrip();
        }
    }

    move(count) {
        return this.goTo(addDays(this.state.day, count));
    }

    goToToday() {
        return this.goTo(today());
    }

    stripLabel(row) {
        const minutes = formatMinutes(row.minutes);
        return row.expected
            ? _t("%(day)s, %(minutes)s of %(expected)s", {
                  day: longDay(row.date),
                  minutes,
                  expected: formatMinutes(row.expected),
              })
            : `${longDay(row.date)}, ${row.holiday || minutes}`;
    }

    short(day) {
        return shortDay(day);
    }

    format(minutes) {
        return minutes ? formatMinutes(minutes) : "";
    }

    share(row) {
        return row.expected ? Math.min(100, (100 * row.minutes) / row.expected) : 0;
    }

    onKeydown(ev) {
        if (
            ev.defaultPrevented ||
            ev.ctrlKey ||
            ev.metaKey ||
            ev.altKey ||
            isTyping(ev.target) ||
            document.querySelector(".modal.show, .o_dialog")
        ) {
            return;
        }
        const actions = {
            "/": () => this.env.bus.trigger("LEGAL-FOCUS-MATTER"),
            j: () => this.goToToday(),
            ArrowLeft: () => this.move(-1),
            ArrowRight: () => this.move(1),
            "?": () => (this.state.showsKeys = !this.state.showsKeys),
            Escape: () => (this.state.showsKeys = false),
        };
        const action = actions[ev.key];
        if (action) {
            ev.preventDefault();
            action();
        }
    }
}

registry.category("actions").add("legal_timesheet.my_day", MyDay);
