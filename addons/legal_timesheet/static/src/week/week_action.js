import {
    Component,
    onWillStart,
    useExternalListener,
    useState,
} from "@odoo/owl";
import { router } from "@web/core/browser/router";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { user } from "@web/core/user";
import { useBus, useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { formatMinutes, minutesFromHours } from "../core/duration";
import {
    addDays,
    isTyping,
    refusalOf,
    shortDay,
    TIME_CHANGED,
    today,
} from "../day/time_entry";
import { WeekGrid } from "./week_grid";
import { WeekModel } from "./week_model";
import { WeekPhone } from "./week_phone";

const { DateTime } = luxon;
const PATH = "my-week";
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The week that a link asks for, e.g. that of a reminder: my-week?monday=2026-11-16 */
function mondayOfUrl() {
    const { action, monday } = router.current;
    const isDay = DAY.test(monday) && DateTime.fromISO(monday).isValid;
    return action === PATH && isDay ? monday : null;
}

/** The week of a person; a grid on a desk, a list by day on a phone. */
export class WeekAction extends Component {
    static template = "legal_timesheet.Week";
    static components = { Dropdown, DropdownItem, Layout, WeekGrid, WeekPhone };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.ui = useState(useService("ui"));
        this.display = { controlPanel: {} };
        this.model = useState(new WeekModel(this.orm));
        this.state = useState({
            problem: "",
            search: 0,
            showsKeys: false,
            leftOut: [],
            word: "",
            isBusy: false,
        });
        const { monday, employeeId } = this.props.state || {};
        useSetupAction({
            getLocalState: () => ({
                monday: this.model.monday,
                employeeId: this.model.employeeId,
            }),
        });
        useBus(this.env.bus, TIME_CHANGED, ({ detail }) => {
            if (detail?.source !== this && this.model.data) {
                this.load(this.model.monday);
            }
        });
        useExternalListener(window, "keydown", (ev) => this.onKeydown(ev));
        onWillStart(() =>
            this.load(monday || mondayOfUrl() || today(), employeeId || false)
        );
    }

    async load(monday, employeeId = this.model.employeeId) {
        try {
            await this.model.load(monday, employeeId);
            this.state.problem = "";
        } catch (error) {
            this.state.problem = refusalOf(error);
        }
    }

    get title() {
        const first = DateTime.fromISO(this.model.monday);
        const last = first.plus({ days: 6 });
        const from = first.hasSame(last, "month")
            ? first.toFormat("d")
            : first.toFormat(first.hasSame(last, "year") ? "d LLL" : "d LLL yyyy");
        return `${from} – ${last.toFormat("d LLL yyyy")}`;
    }

    get isThisWeek() {
        return this.model.days.some((day) => day.is_today);
    }

    get stateWords() {
        const { state, waiting_for: names } = this.model.weekState;
        if (state === "submitted" && names?.length) {
            return _t("Submitted: waits for %s", this.sayNames(names));
        }
        return {
            draft: this.model.data.entries.length ? _t("To submit") : _t("Empty week"),
            submitted: _t("Submitted, waiting for approval"),
            returned: _t("Returned to correct"),
            approved: _t("Approved"),
        }[state];
    }

    /** What of a week that is not wholly submitted waits already, and for whom. */
    get waitingWords() {
        const { state, waiting_for: names } = this.model.weekState;
        return state !== "submitted" && names?.length
            ? _t("Already submitted, waits for %s", this.sayNames(names))
            : "";
    }

    /** The days that look short, said as a question: one may know better. */
    get missingWords() {
        const missing = this.model.weekState.missing || [];
        const days = missing.map(
            ({ date, hours }) => `${shortDay(date)} (${formatMinutes(minutesFromHours(hours))})`
        );
        return days.length ? _t("Something left to write? %s", days.join(" · ")) : "";
    }

    sayNames(names) {
        return names.map((name) => (name === user.name ? _t("you") : name)).join(", ");
    }

    get submitLabel() {
        const count = this.model.drafts.length;
        return count === 1 ? _t("Submit 1 entry") : _t("Submit %s entries", count);
    }

    get keys() {
        return [
            ["1h30", _t("write a time in the cell: 1,5 1:30 90m too, and the words after it")],
            [_t("Enter"), _t("open the entries of the cell")],
            ["← ↑ → ↓, Tab", _t("move")],
            [_t("Del"), _t("delete the entry of the cell")],
            ["/", _t("add a matter")],
            ["Ctrl ← →", _t("the week before, the week after")],
            ["Ctrl C, Ctrl V", _t("copy a cell into another")],
            [_t("Esc"), _t("close, give up")],
            ["?", _t("show or hide these keys")],
        ];
    }

    move(count) {
        return this.goTo(addDays(this.model.monday, 7 * count));
    }

    goTo(day) {
        Object.assign(this.state, { leftOut: [], word: "" });
        return this.load(day);
    }

    goToToday() {
        return this.goTo(today());
    }

    choosePerson(ev) {
        Object.assign(this.state, { leftOut: [], word: "" });
        return this.load(this.model.monday, Number(ev.target.value) || false);
    }

    onChanged() {
        this.model.refreshStanding();
        this.env.bus.trigger(TIME_CHANGED, { source: this });
    }

    async copyLastWeek(mode) {
        await this.whileBusy(async () => {
            const { entries, matters, left_out } = await this.model.copyLastWeek(mode);
            this.state.leftOut = left_out;
            this.state.word =
                mode === "entries"
                    ? _t("%s entries were copied from the week before, as drafts.", entries.length)
                    : _t("%s matters were taken up from the week before.", matters.length);
            this.onChanged();
        });
    }

    async submit() {
        await this.whileBusy(async () => {
            const { count, hours } = await this.model.submit();
            this.state.word = _t("%(count)s entries submitted: %(hours)s.", {
                count,
                hours: formatMinutes(hours * 60),
            });
            this.onChanged();
        });
    }

    async withdraw() {
        await this.whileBusy(async () => {
            const { count } = await this.model.withdraw();
            this.state.word =
                count === 1
                    ? _t("1 entry is yours again: change it, then submit it.")
                    : _t("%s entries are yours again: change them, then submit them.", count);
            this.onChanged();
        });
    }

    async whileBusy(work) {
        Object.assign(this.state, { isBusy: true, leftOut: [], word: "", problem: "" });
        try {
            await work();
        } catch (error) {
            this.state.problem = refusalOf(error);
        } finally {
            this.state.isBusy = false;
        }
    }

    forgetWords() {
        Object.assign(this.state, { leftOut: [], word: "" });
    }

    onKeydown(ev) {
        if (ev.defaultPrevented || isTyping(ev.target) || ev.altKey) {
            return;
        }
        const isControl = ev.ctrlKey || ev.metaKey;
        const actions = isControl
            ? { ArrowLeft: () => this.move(-1), ArrowRight: () => this.move(1) }
            : {
                  "/": () => this.state.search++,
                  "?": () => (this.state.showsKeys = !this.state.showsKeys),
              };
        if (actions[ev.key] && !document.querySelector(".o_dialog")) {
            ev.preventDefault();
            actions[ev.key]();
        }
    }
}

registry.category("actions").add("legal_timesheet.week", WeekAction);
