import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { CHANGED } from "@legal_billing/online_payment/online_badge";
import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/**
 * "Recouvrement": what is owed, late, promised, disputed and about to leave, at one
 * glance. Each figure is a button that opens what it sums up.
 */
export class CollectionBoard extends Component {
    static template = "legal_dunning.CollectionBoard";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ board: null });
        this.bus = useService("bus_service");
        const read = () => this.read();
        onWillStart(async () => {
            this.bus.subscribe(CHANGED, read);
            this.bus.start();
            await read();
        });
        onWillUnmount(() => this.bus.unsubscribe(CHANGED, read));
    }

    async read() {
        this.state.board = await this.orm.silent.call(
            "legal.collection.board",
            "get_board",
            []
        );
    }

    async open(figure, key) {
        const action = await this.orm.call("legal.collection.board", "get_action", [], {
            figure,
            key: key ?? null,
        });
        this.action.doAction(action);
    }

    get cards() {
        const board = this.state.board;
        const cards = [
            {
                figure: "overdue",
                label: _t("Overdue"),
                value: this.money(board.total.amount_overdue),
                note: _t("of %s on the clients' accounts", this.money(board.total.amount)),
                isLate: board.total.amount_overdue > 0,
            },
            {
                figure: "amount",
                key: "dso",
                label: _t("DSO"),
                value: this.days(board.dso),
                note: _t("balance in days of a year's billing"),
            },
            {
                figure: "wip",
                label: _t("Lock-up"),
                value: this.days(board.lock_up),
                note: _t("%(wip)s of work not billed + %(dso)s", {
                    wip: this.days(board.wip_days),
                    dso: this.days(board.dso),
                }),
            },
            {
                figure: "queue",
                label: _t("Accounts to work on"),
                value: board.queue.count,
                note: _t("sorted by what an effort brings in"),
            },
            {
                figure: "promises",
                label: _t("Promises due today"),
                value: board.promises.count,
                note: this.money(board.promises.amount),
            },
            {
                figure: "disputes",
                label: _t("Disputed"),
                value: this.money(board.disputes.amount),
                note:
                    board.disputes.count === 1
                        ? _t("1 invoice")
                        : _t("%s invoices", board.disputes.count),
            },
            {
                figure: "planned",
                label: _t("Leaves on %s", board.planned.day),
                value: _t("%s messages", board.planned.count),
                note: this.money(board.planned.amount),
            },
            {
                figure: "forecast",
                label: _t("Expected within 30 days"),
                value: this.money(board.forecast.amount),
                note: board.forecast.count
                    ? _t("typical error: %(days)s days, over %(count)s invoices", {
                          days: board.forecast.error,
                          count: board.forecast.count,
                      })
                    : _t("nothing paid yet to learn from"),
            },
        ];
        if (board.online) {
            cards.push({
                figure: "online",
                label: _t("Paid online this month"),
                value: this.money(board.online.month.amount),
                note: this.onlineNote(board.online),
            });
        }
        if (board.promises.broken) {
            cards.splice(5, 0, {
                figure: "broken",
                label: _t("Promises broken"),
                value: board.promises.broken,
                note: _t("within 30 days"),
                isLate: true,
            });
        }
        return cards;
    }

    /** E.g. "12 payments, 34 % of what came in, 28 % over 12 months, …". */
    onlineNote({ month, year, median_days }) {
        const percent = (share) => `${Math.round(100 * share)}\u00a0%`;
        const parts = [
            month.count === 1 ? _t("1 payment") : _t("%s payments", month.count),
        ];
        if (month.share !== null) {
            parts.push(_t("%s of what came in", percent(month.share)));
        }
        if (year.share !== null) {
            parts.push(_t("%s over 12 months", percent(year.share)));
        }
        if (median_days !== null) {
            parts.push(_t("half within %s d of sending", Math.round(median_days)));
        }
        return parts.join(", ");
    }

    /** Width of a bar: the largest age, or lead, is full. */
    width(value, values) {
        const largest = Math.max(...values.map((v) => Math.abs(v)), 1);
        return Math.round((100 * Math.abs(value)) / largest);
    }

    ageWidth(age) {
        return this.width(
            age.amount,
            this.state.board.ages.map((a) => a.amount)
        );
    }

    leadWidth(lead) {
        return this.width(
            lead.overdue,
            this.state.board.leads.map((l) => l.overdue)
        );
    }

    days(value) {
        return value === null || value === undefined ? "–" : _t("%s d", value);
    }

    money = (value) =>
        formatMonetary(value || 0, {
            currencyId: this.state.board.currency_id,
            digits: [16, 0],
        });
}

registry.category("actions").add("legal_dunning.board", CollectionBoard);
