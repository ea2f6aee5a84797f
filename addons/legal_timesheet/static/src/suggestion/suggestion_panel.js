import {
    Component,
    onWillStart,
    onWillUpdateProps,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import { formatDate, deserializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { SuggestionCard } from "./suggestion_card";
import { errorSentence, hoursLabel } from "./suggestion_words";

const MODEL = "legal.time.suggestion";
/** How long the page offers to undo, in milliseconds. */
const UNDO_DELAY = 8000;

/**
 * What may have been work, as cards: accept, edit, merge or discard.
 *
 * With a day it shows that day; without, every day not vanished yet.
 */
export class SuggestionPanel extends Component {
    static template = "legal_timesheet.SuggestionPanel";
    static components = { SuggestionCard };
    static props = { day: { type: String, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.list = useRef("list");
        this.state = useState({
            switch: "on",
            daysKept: 0,
            activities: [],
            cards: [],
            chosen: [],
            merging: null,
            notices: [],
            isLoaded: false,
        });
        this.nextNotice = 1;
        // the card that had the focus is gone: the next one takes it, once drawn
        this.placeToFocus = -1;
        useEffect(
            () => {
                if (this.placeToFocus >= 0) {
                    this.focusCard(this.placeToFocus);
                    this.placeToFocus = -1;
                }
            },
            () => [this.state.cards]
        );
        onWillStart(() => this.load(this.props.day));
        onWillUpdateProps((next) => {
            if (next.day !== this.props.day) {
                this.state.chosen = [];
                this.state.merging = null;
                this.state.notices = [];
                return this.load(next.day);
            }
        });
    }

    async load(day = this.props.day) {
        const found = await this.orm.call(MODEL, "get_cards", [day || null]);
        Object.assign(this.state, {
            switch: found.switch,
            daysKept: found.days_kept,
            activities: found.activities,
            cards: found.cards,
            isLoaded: true,
        });
        this.state.chosen = this.state.chosen.filter((key) =>
            found.cards.some((card) => this.keyOf(card) === key)
        );
    }

    keyOf(card) {
        return card.ids.join("-");
    }

    // ------------------------------------------------------------------- what shows

    get days() {
        const byDay = new Map();
        for (const card of this.state.cards) {
            if (!byDay.has(card.day)) {
                byDay.set(card.day, []);
            }
            byDay.get(card.day).push(card);
        }
        return [...byDay].map(([day, cards]) => ({ day, cards }));
    }

    dayLabel(day) {
        return formatDate(deserializeDate(day), { format: "cccc d LLLL" });
    }

    get chosenCards() {
        return this.state.cards.filter((card) =>
            this.state.chosen.includes(this.keyOf(card))
        );
    }

    /** Merging makes one entry: of one day, that is all it needs to be. */
    get canMerge() {
        const days = new Set(this.chosenCards.map((card) => card.day));
        return this.chosenCards.length > 1 && days.size === 1;
    }

    get vanishLabel() {
        return _t("What you leave vanishes after %s days.", this.state.daysKept);
    }

    get mergeLabel() {
        return _t("Merge these %s suggestions into one entry", this.chosenCards.length);
    }

    // -------------------------------------------------------------------- what it does

    toggleChosen(card) {
        const key = this.keyOf(card);
        this.state.chosen = this.state.chosen.includes(key)
            ? this.state.chosen.filter((other) => other !== key)
            : [...this.state.chosen, key];
    }

    /** Show the chosen cards as one, to check before it is recorded. */
    startMerge() {
        const cards = this.chosenCards;
        const main = cards.find((card) => card.matter) || cards[0];
        const narratives = new Set(cards.map((card) => card.narrative).filter(Boolean));
        this.state.merging = {
            ...main,
            ids: cards.flatMap((card) => card.ids),
            minutes: cards.reduce((sum, card) => sum + card.minutes, 0),
            span: this.spanOf(cards.flatMap((card) => card.sources)),
            narrative: [...narratives].join(" ; "),
            sources: cards.flatMap((card) => card.sources),
        };
    }

    /** From the first sign of work to the last, as the server reckons it. */
    spanOf(sources) {
        const minutes = (text) => {
            const [hours, rest] = text.split(":").map(Number);
            return hours * 60 + rest;
        };
        const timed = sources.filter((source) => source.start);
        if (!timed.length) {
            return sources.reduce((sum, source) => sum + source.minutes, 0);
        }
        const starts = timed.map((source) =>
            source.stop ? minutes(source.start) : minutes(source.start) - source.minutes
        );
        const stops = timed.map((source) => minutes(source.stop || source.start));
        return Math.max(...stops) - Math.min(...starts);
    }

    cancelMerge() {
        this.state.merging = null;
    }

    /** @returns {Promise<string>} the sentence that refuses it, or nothing */
    async accept(ids, values) {
        let done;
        try {
            done = await this.orm.call(MODEL, "accept", [ids, values]);
        } catch (error) {
            return errorSentence(error);
        }
        this.state.merging = null;
        this.addNotice(done.message, () => this.orm.call(MODEL, "undo_accept", [ids]));
        await this.afterChange();
        this.env.bus.trigger("LEGAL-TIME-CHANGED");
        return "";
    }

    async discard(ids) {
        let kept;
        try {
            kept = await this.orm.call(MODEL, "discard", [ids]);
        } catch (error) {
            return errorSentence(error);
        }
        this.addNotice(_t("Discarded, for good"), () =>
            this.orm.call(MODEL, "restore", [kept])
        );
        await this.afterChange();
        return "";
    }

    async afterChange() {
        this.placeToFocus = this.focusedIndex;
        await this.load();
    }

    addNotice(text, undo) {
        const notice = { id: this.nextNotice++, text, undo };
        this.state.notices.push(notice);
        setTimeout(() => this.dropNotice(notice.id), UNDO_DELAY);
    }

    dropNotice(id) {
        this.state.notices = this.state.notices.filter((notice) => notice.id !== id);
    }

    async undo(notice) {
        this.dropNotice(notice.id);
        await notice.undo();
        await this.load();
        this.env.bus.trigger("LEGAL-TIME-CHANGED");
    }

    async openPreferences() {
        const action = await this.orm.call("res.users", "action_get");
        return this.action.doAction({ ...action, res_id: user.userId });
    }

    // ------------------------------------------------------------------------ keyboard

    get cardElements() {
        return [...(this.list.el?.querySelectorAll(".o_legal_suggestion") || [])];
    }

    get focusedIndex() {
        return this.cardElements.findIndex((el) => el.contains(document.activeElement));
    }

    focusCard(index) {
        const elements = this.cardElements;
        if (elements.length) {
            elements[Math.max(0, Math.min(index, elements.length - 1))].focus();
        }
    }

    onKeydown(ev) {
        const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
        if (step && ev.target.classList.contains("o_legal_suggestion")) {
            ev.preventDefault();
            this.focusCard(this.focusedIndex + step);
        }
    }

    hours(minutes) {
        return hoursLabel(minutes);
    }
}

/** The full list, as a page of its own. */
export class SuggestionPage extends Component {
    static template = "legal_timesheet.SuggestionPage";
    static components = { SuggestionPanel };
    static props = { "*": true };
}

registry
    .category("legal_day_panels")
    .add("suggestions", { Component: SuggestionPanel, column: "left" }, { sequence: 30 });
registry.category("actions").add("legal_timesheet.suggestions", SuggestionPage);
