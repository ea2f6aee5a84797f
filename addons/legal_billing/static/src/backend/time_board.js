import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { TimeBoard } from "@legal_timesheet/board/time_board";

/** What was billed, and what that is of its standard value. */
patch(TimeBoard.prototype, {
    get columns() {
        const columns = super.columns;
        const value = columns.findIndex((column) => column.name === "amount");
        columns.splice(
            value + 1,
            0,
            { name: "amount_billed", label: _t("Billed"), format: this.money },
            { name: "realisation", label: _t("Realisation"), format: this.percent }
        );
        return columns;
    },
    get cards() {
        const { total } = this.state.board;
        const cards = super.cards;
        const value = cards.findIndex((card) => card.figure === "amount");
        cards.splice(value + 1, 0, {
            figure: "amount_judged",
            key: "realisation",
            label: _t("Realisation"),
            value: this.percent(total.realisation),
            note: _t("%(billed)s billed of %(standard)s", {
                billed: this.money(total.amount_billed),
                standard: this.money(total.amount_judged),
            }),
        });
        return cards;
    },
});
