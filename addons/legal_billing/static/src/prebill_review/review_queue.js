import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { age, heldWords, money, percent, toLookAt } from "./review_words";

/** The pre-bills that wait, each with what tells which one to open. */
export class ReviewQueue extends Component {
    static template = "legal_billing.ReviewQueue";
    static props = { model: Object, onOpen: Function, onScope: Function, onAll: Function };

    get model() {
        return this.props.model;
    }

    isDone(row) {
        return !["draft", "in_review"].includes(row.state);
    }

    stateOf(row) {
        return row.is_held && !this.isDone(row) ? "held" : row.state;
    }

    money(row) {
        return money(row.amount, row.currency_id);
    }

    percent(value) {
        return percent(value);
    }

    realisationWords(row) {
        return _t("Realisation %s", percent(row.realisation));
    }

    age(row) {
        return age(row.age);
    }

    heldWords(row) {
        return heldWords(row);
    }

    awaitedWords(row) {
        return _t("Waits for %s", row.awaited);
    }

    commentWords(row) {
        return row.comments === 1 ? _t("1 open comment") : _t("%s open comments", row.comments);
    }

    toLookAt(count) {
        return toLookAt(count);
    }

    get leftOutWords() {
        return _t("%s more are not shown", this.model.queue.left_out);
    }
}
