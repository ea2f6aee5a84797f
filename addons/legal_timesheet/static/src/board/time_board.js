import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { Component, onWillStart, useState } from "@odoo/owl";
import { formatMinutes, minutesFromHours } from "../core/duration";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const PERIODS = ["month", "quarter", "year"];
const GROUPS = ["employee_id", "grade_id", "practice_area_id", "matter_id"];

/**
 * "Les chiffres": a period of the firm, of the matters one answers for or of
 * oneself, at one glance. Each figure is a button that opens what it sums up.
 */
export class TimeBoard extends Component {
    static template = "legal_timesheet.TimeBoard";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({
            period: "month",
            day: null,
            scope: null,
            groupby: "employee_id",
            board: null,
        });
        onWillStart(() => this.load());
        useBus(this.env.bus, "LEGAL-TIME-CHANGED", () => this.load());
    }

    get periods() {
        const words = { month: _t("Month"), quarter: _t("Quarter"), year: _t("Year") };
        return PERIODS.map((key) => ({ key, label: words[key] }));
    }

    get groups() {
        const words = {
            employee_id: _t("Person"),
            grade_id: _t("Grade"),
            practice_area_id: _t("Practice Area"),
            matter_id: _t("Matter"),
        };
        return GROUPS.map((key) => ({ key, label: words[key] }));
    }

    get scopes() {
        const words = {
            me: _t("My Numbers"),
            answer: _t("Matters I answer for"),
            firm: _t("The Firm"),
        };
        return this.state.board.scopes.map((key) => ({ key, label: words[key] }));
    }

    async load(changes = {}) {
        Object.assign(this.state, changes);
        const { period, day, scope, groupby } = this.state;
        this.state.board = await this.orm.call("legal.time.board", "get_board", [], {
            period,
            day,
            scope,
            groupby,
        });
        this.state.scope = this.state.board.scope;
    }

    async open(groupby, key, figure) {
        const { period, day, scope } = this.state;
        const action = await this.orm.call("legal.time.board", "get_action", [], {
            period,
            day,
            scope,
            groupby,
            key,
            figure,
        });
        this.action.doAction(action);
    }

    // ----------------------------------------------------------------- figures

    /** The big figures of the top; a ratio opens the hours it is made of. */
    get cards() {
        const total = this.state.board.total;
        const cards = [
            { figure: "hours", label: _t("Hours worked"), value: this.hours(total.hours) },
            {
                figure: "hours_billable",
                label: _t("Billable hours"),
                value: this.hours(total.hours_billable),
                note: total.target
                    ? _t("target %s", this.hours(total.target))
                    : undefined,
            },
            {
                figure: "hours",
                key: "utilisation",
                label: _t("Utilisation"),
                value: this.percent(total.utilisation),
                note: total.expected
                    ? _t("%s of the hours expected", this.percent(total.chargeability))
                    : _t("billable out of worked"),
            },
            { figure: "amount", label: _t("Value"), value: this.money(total.amount) },
        ];
        if (total.amount_pro_bono) {
            cards.push({
                figure: "amount_pro_bono",
                label: _t("Given pro bono"),
                value: this.money(total.amount_pro_bono),
            });
        }
        if (total.expected) {
            cards.push({
                figure: "hours",
                key: "missing",
                label: _t("Missing hours"),
                value: this.hours(total.missing),
                note: _t("of %s expected to date", this.hours(total.expected)),
                isLate: total.missing > 0,
            });
        }
        return cards;
    }

    /** Width of the bar of a line: its target, else the largest line, is full. */
    bar(line) {
        const largest = Math.max(
            ...this.state.board.lines.map((l) =>
                Math.max(l.hours_billable, l.target || 0)
            ),
            1
        );
        return {
            done: (100 * line.hours_billable) / largest,
            target: line.target ? (100 * line.target) / largest : null,
            due: line.target
                ? (100 * line.target * this.state.board.period.elapsed) / largest
                : null,
        };
    }

    isBehind(line) {
        return (
            line.target > 0 &&
            line.hours_billable < line.target * this.state.board.period.elapsed
        );
    }

    barLabel(line) {
        if (!line.target) {
            return _t("%s billable", this.hours(line.hours_billable));
        }
        return _t("%(done)s billable of a target of %(target)s", {
            done: this.hours(line.hours_billable),
            target: this.hours(line.target),
        });
    }

    /** What a line of the table may show, in order; extended downstream. */
    get columns() {
        const columns = [
            { name: "hours", label: _t("Worked"), format: this.hours },
            { name: "hours_billable", label: _t("Billable"), format: this.hours },
            { name: "utilisation", label: _t("Utilisation"), format: this.percent },
            { name: "amount", label: _t("Value"), format: this.money },
        ];
        if (this.hasTargets && this.state.board.total.expected) {
            columns.push({ name: "missing", label: _t("Missing"), format: this.hours });
        }
        return columns;
    }

    get hasTargets() {
        const { lines, groupby } = this.state.board;
        return groupby === "employee_id" && lines.some((l) => l.target || l.expected);
    }

    hours(value) {
        return formatMinutes(minutesFromHours(value));
    }

    percent(value) {
        return `${Math.round(value || 0)} %`;
    }

    money = (value) =>
        formatMonetary(value || 0, {
            currencyId: this.state.board.currency_id,
            digits: [16, 0],
        });
}

registry.category("actions").add("legal_timesheet.figures", TimeBoard);
