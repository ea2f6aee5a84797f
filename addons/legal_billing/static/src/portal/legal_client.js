import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/**
 * Write on the button what is ticked: how many, and how much. The server works the
 * sum out again; one currency is paid at a time.
 */
export class LegalChoose extends Interaction {
    static selector = "form[data-legal-choose]";
    dynamicContent = {
        "input[name='row']": { "t-on-change": () => this.follow() },
    };

    start() {
        this.words = JSON.parse(this.el.dataset.words);
        this.follow();
    }

    follow() {
        const boxes = [...this.el.querySelectorAll("input[name='row']:checked")];
        const currencies = new Set(boxes.map((box) => box.dataset.currency));
        const isApart = currencies.size > 1;
        const button = this.el.querySelector("button[type='submit']");
        this.el.querySelector("[data-legal-apart]").hidden = !isApart;
        if (!button) {
            return;
        }
        if (!this.el.querySelector("input[name='row']:disabled")) {
            button.disabled = isApart || !boxes.length;
        }
        const total = this.el.querySelector("[data-legal-total]");
        total.textContent = this.say(boxes, isApart);
    }

    say(boxes, isApart) {
        if (!boxes.length || isApart) {
            return this.words.none;
        }
        const { currency, digits } = boxes[0].dataset;
        const scale = 10 ** Number(digits);
        // In cents: sums of fractions would show what nobody owes.
        const cents = boxes.reduce(
            (sum, box) => sum + Math.round(Number(box.dataset.value) * scale),
            0
        );
        const money = new Intl.NumberFormat(this.el.dataset.lang, {
            style: "currency",
            currency,
            minimumFractionDigits: Number(digits),
        }).format(cents / scale);
        const isMixed = boxes.some((box) => !box.value.startsWith("i"));
        let words = isMixed ? this.words.mixed : this.words.many;
        if (boxes.length === 1) {
            words = isMixed ? this.words.single : this.words.one;
        }
        return words.replace("{count}", boxes.length).replace("{total}", money);
    }
}

registry.category("public.interactions").add("legal_billing.client_choose", LegalChoose);
