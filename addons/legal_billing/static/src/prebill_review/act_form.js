import { Component, onMounted, onWillUnmount, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { refusalOf } from "@legal_timesheet/day/time_entry";
import { money, percent } from "./review_words";

const PREVIEW_DELAY = 350;

/**
 * The form of one act, above the buttons of the page. Enter does the act, Esc gives
 * it up; what it would come to is shown by the server before anything is kept.
 */
export class ActForm extends Component {
    static props = { model: Object, onClose: Function };
    static components = {};
    hasPreview = false;

    setup() {
        this.root = useRef("root");
        this.state = useState({
            ...this.getInitial(),
            reason_id: String(this.model.reasonId || ""),
            preview: null,
            hint: "",
        });
        onMounted(() => this.root.el
                .querySelector("input[type='text'], input, select, textarea")
                ?.focus());
        onWillUnmount(() => {
            browser.clearTimeout(this.timer);
            this.model.ghost = null;
        });
    }

    getInitial() {
        return {};
    }

    get model() {
        return this.props.model;
    }

    get page() {
        return this.model.page;
    }

    get lines() {
        return this.model.targets.filter((line) => !line.is_fixed);
    }

    get lineIds() {
        return this.lines.map((line) => line.id);
    }

    get count() {
        return this.model.countWords(this.lines.length);
    }

    get problem() {
        return this.model.problemAt("panel");
    }

    get reasonId() {
        return Number(this.state.reason_id) || false;
    }

    get proposed() {
        return this.lines.reduce((sum, line) => sum + line.old_amount, 0);
    }

    money(amount) {
        return money(amount, this.page.currency_id);
    }

    refuse(sentence) {
        this.model.problem = { where: "panel", sentence };
        return null;
    }

    needsReason() {
        if (this.reasonId) {
            return false;
        }
        this.root.el.querySelector("select[name='reason_id']")?.focus();
        this.refuse(_t("Value is given up: choose the reason why."));
        return true;
    }

    // ---------------------------------------------------------------- preview

    /** The act and its values as typed so far, null when they mean nothing yet. */
    getAct() {
        return null;
    }

    onTyped() {
        this.model.problem = null;
        if (this.hasPreview) {
            browser.clearTimeout(this.timer);
            this.timer = browser.setTimeout(() => this.loadPreview(), PREVIEW_DELAY);
        }
    }

    async loadPreview() {
        const typed = this.getAct();
        const request = (this.request = (this.request || 0) + 1);
        let page = null;
        let hint = "";
        if (typed) {
            // any reason will do for a look
            const reason_id = this.reasonId || this.page.reasons[0]?.id;
            try {
                page = await this.model.preview(typed[0], { ...typed[1], reason_id });
            } catch (error) {
                hint = refusalOf(error);
            }
        }
        if (request !== this.request || !this.root.el) {
            return;
        }
        Object.assign(this.state, { preview: page, hint });
        this.model.ghost = page
            ? Object.fromEntries(
                  page.sections
                      .flatMap((section) => section.rows)
                      .filter((row) => row.type === "line")
                      .map((row) => [row.id, row.amount])
              )
            : null;
    }

    get previewWords() {
        const { preview } = this.state;
        return preview
            ? _t("Fees %(before)s → %(after)s excl. VAT, realisation %(rate)s.", {
                  before: this.money(this.page.figures.fees),
                  after: this.money(preview.figures.fees),
                  rate: percent(preview.figures.realisation),
              })
            : "";
    }

    // ----------------------------------------------------------------- submit

    async submit() {
        const typed = this.getAct(true);
        if (typed && (await this.model.act(typed[0], typed[1], "panel"))) {
            this.model.selected = [];
            this.props.onClose();
        }
    }

    onKeydown(ev) {
        if (ev.key === "Escape") {
            ev.preventDefault();
            ev.stopPropagation();
            this.props.onClose();
        } else if (
            ev.key === "Enter" &&
            !ev.shiftKey &&
            !["BUTTON", "TEXTAREA"].includes(ev.target.tagName)
        ) {
            ev.preventDefault();
            this.submit();
        } else if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey)) {
            ev.preventDefault();
            this.submit();
        }
    }
}
