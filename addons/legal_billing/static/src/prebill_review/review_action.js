import { Component, onWillStart, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ReviewDropTray } from "./review_drag";
import { ReviewFooter } from "./review_footer";
import { keyRows, useReviewKeys } from "./review_keys";
import { ReviewModel } from "./review_model";
import { ReviewQueue } from "./review_queue";
import { ReviewSheet } from "./review_sheet";
import { money } from "./review_words";

/** What mends an anomaly on the page: the field of the line, or the act. */
const MEND_HERE = {
    vague: "narrative",
    internal: "narrative",
    secrecy: "narrative",
    rest_day: "narrative",
    odd_hours: "hours",
    block: "split",
};

const OF_THE_WHOLE = ["target", "discount", "message", "call"];

/** The queue of pre-bills on the left, one of them on the right, all by keyboard. */
export class ReviewAction extends Component {
    static template = "legal_billing.Review";
    // one page under one name, whichever pre-bill its address tells
    static path = "prebill-review";
    static displayName = _t("Pre-bill Review");
    static components = { Layout, ReviewDropTray, ReviewFooter, ReviewQueue, ReviewSheet };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.ui = useState(useService("ui"));
        this.display = { controlPanel: {} };
        const { domain, prebill_id: chosen } = this.props.action.params || {};
        const known = this.props.state || {};
        this.model = useState(
            new ReviewModel(this.orm, {
                domain: known.domain || domain || null,
                onPage: (page) => this.props.updateActionState?.({ resId: page.id }),
            })
        );
        this.state = useState({ showsKeys: false, showsQueue: true, focus: 0 });
        useSetupAction({
            getLocalState: () => ({
                id: this.model.page?.id,
                scope: this.model.queue?.scope,
                domain: this.model.domain,
            }),
        });
        useReviewKeys(this);
        onWillStart(() => this.start(known.id || this.props.resId || chosen, known.scope));
    }

    async start(id, scope) {
        await this.model.loadQueue(id && !this.model.domain ? scope || "all" : scope);
        const first = this.model.rows.find((row) => !row.is_held) || this.model.rows[0];
        this.state.showsQueue = !id;
        await this.model.open(id || first?.id);
    }

    /** Give the focus back to the line that has it, once a dialog has left the page. */
    askFocus(frames = 60) {
        if (frames && document.querySelector(".o_dialog")) {
            browser.requestAnimationFrame(() => this.askFocus(frames - 1));
        } else {
            this.state.focus++;
        }
    }

    // ------------------------------------------------------------------ queue

    async chooseScope(scope) {
        await this.model.loadQueue(scope);
        if (this.model.index < 0) {
            await this.model.open(this.model.rows[0]?.id);
        }
    }

    async showAll() {
        this.model.domain = null;
        await this.chooseScope("all");
    }

    async open(id) {
        if (id) {
            this.state.showsQueue = false;
            await this.model.open(id);
            document.querySelector(".o_rv_scroll")?.scrollTo(0, 0);
            this.askFocus();
        }
    }

    goNext() {
        return this.open(this.model.next || this.model.neighbour(1));
    }

    // ------------------------------------------------------------------- acts

    get canEdit() {
        return Boolean(this.model.page?.may_edit);
    }

    openPanel(kind) {
        const { page } = this.model;
        const mayOpen =
            kind === "comment"
                ? page.comments && ["draft", "in_review"].includes(page.state)
                : OF_THE_WHOLE.includes(kind)
                ? page.may_edit_whole
                : page.may_edit && this.model.targets.some((line) => !line.is_fixed);
        if (mayOpen) {
            Object.assign(this.model, { panel: kind, editing: null, problem: null });
        }
    }

    closePanel() {
        Object.assign(this.model, { panel: null, problem: null });
        this.askFocus();
    }

    edit(field = null) {
        const line = this.model.active;
        if (this.canEdit && line && !line.is_fixed) {
            Object.assign(this.model, {
                editing: line.id,
                editingField: field,
                panel: null,
                problem: null,
            });
        }
    }

    closeEdit() {
        Object.assign(this.model, { editing: null, problem: null });
        this.askFocus();
    }

    /** Decide at once what gives nothing up. */
    async decide(decision) {
        const lines = this.model.targets.filter((line) => !line.is_fixed);
        if (this.canEdit && lines.length) {
            await this.model.act("decide", { line_ids: lines.map((li) => li.id), decision });
            this.askFocus();
        }
    }

    /** What was dragged is dropped: do it at once, or ask what the act needs to know. */
    async drop(drop) {
        Object.assign(this.model, {
            selected: this.model.drag.ids,
            drag: null,
            panel: null,
        });
        if (drop.panel) {
            return this.openPanel(drop.panel);
        }
        if (await this.model.act(drop.act, { line_ids: this.model.selected, ...drop.values })) {
            this.model.selected = [];
        }
        this.askFocus();
    }

    async restore() {
        const lines = this.model.targets.filter((line) => !line.is_fixed);
        if (this.canEdit && lines.length) {
            await this.model.act("restore", { line_ids: lines.map((line) => line.id) });
            this.askFocus();
        }
    }

    async undo() {
        const { page } = this.model;
        if (!page || !(page.undo || page.state === "approved")) {
            return;
        }
        const words =
            page.state === "approved" ? _t("Reopened.") : _t("Undone: %s", page.undo.label);
        if (await this.model.act("undo")) {
            this.model.say(words);
            this.askFocus();
        }
    }

    /** Approve, then go on with the next one; the word left behind takes it back. */
    async approve() {
        const { page, figures = page?.figures } = this.model;
        if (!page || !page.may_approve) {
            if (page?.approval_problem) {
                this.model.problem = { where: "foot", sentence: page.approval_problem };
            }
            return;
        }
        const words = _t("%(prebill)s approved: %(amount)s excl. VAT.", {
            prebill: page.number,
            amount: money(figures.untaxed, page.currency_id),
        });
        if (await this.model.act("approve", {}, "foot")) {
            const isDone = this.model.page.state === "approved";
            const awaited = this.model.rows.find((row) => row.id === page.id)?.awaited;
            await this.goOn();
            if (isDone) {
                this.model.say(words, page.id);
            } else {
                this.model.say(
                    _t("Your review of %(prebill)s is done: it waits for %(names)s.", {
                        prebill: page.number,
                        names: awaited,
                    })
                );
            }
        }
    }

    /** Ask the colleagues whom the firm's rule names. */
    async submit() {
        const { page } = this.model;
        if (page.may_submit && (await this.model.act("submit", {}, "foot"))) {
            const number = page.number;
            if (!this.model.page.may_approve) {
                await this.goOn();
            }
            this.model.say(_t("%s is sent to review.", number));
            this.askFocus();
        }
    }

    /** Open what a method returned; a button would have had its views filled in. */
    openAction(action, onClose) {
        const views = action.view_mode?.split(",").map((mode) => [false, mode]);
        return this.action.doAction(views ? { views, ...action } : action, { onClose });
    }

    async sendBack() {
        if (!this.model.page.may_return) {
            return;
        }
        const action = await this.orm.call("legal.prebill", "action_open_return", [
            [this.model.page.id],
        ]);
        await this.openAction(action, async () => {
            await this.model.reload();
            this.askFocus();
        });
    }

    async goOn() {
        const next = this.model.next;
        if (next) {
            await this.open(next);
        }
    }

    async reopen(id) {
        await this.model.open(id);
        await this.model.act("reopen");
        this.askFocus();
    }

    async hold() {
        const { page } = this.model;
        if (!this.canEdit) {
            return;
        }
        if (page.is_held) {
            await this.model.act("release", {}, "foot");
            return;
        }
        const action = await this.orm.call("legal.prebill", "action_open_hold", [[page.id]]);
        await this.openAction(action, async () => {
            await this.model.reload();
            if (this.model.page.is_held) {
                const number = this.model.page.number;
                await this.goOn();
                this.model.say(_t("%s is on hold.", number));
            }
            this.askFocus();
        });
    }

    /** Mend where it stands if the page can; else do, or open, what mends it. */
    async mend(anomaly, line) {
        if (line && MEND_HERE[anomaly.code]) {
            this.model.activeId = line.id;
            this.model.selected = [];
            const act = MEND_HERE[anomaly.code];
            return act === "split" ? this.openPanel("split") : this.edit(act);
        }
        try {
            const action = await this.orm.silent.call("legal.prebill.anomaly", "action_mend", [
                [anomaly.id],
            ]);
            if (action && action.tag !== "soft_reload") {
                await this.openAction(action, () => this.model.reload());
                return;
            }
            await this.model.reload();
        } catch (error) {
            this.model.refuse("page", error);
        }
        this.askFocus();
    }

    openForm() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "legal.prebill",
            res_id: this.model.page.id,
            views: [[false, "form"]],
        });
    }

    // --------------------------------------------------------------- keyboard

    get keys() {
        return keyRows();
    }

    escape() {
        if (this.state.showsKeys) {
            this.state.showsKeys = false;
        } else if (this.model.panel) {
            this.closePanel();
        } else if (this.model.editing) {
            this.closeEdit();
        } else {
            Object.assign(this.model, { selected: [], problem: null, word: null });
        }
    }
}

registry.category("actions").add("legal_prebill_review", ReviewAction);
