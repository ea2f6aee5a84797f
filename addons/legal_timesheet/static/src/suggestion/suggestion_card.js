import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { _t } from "@web/core/l10n/translation";
import { formatMinutes, parseDuration } from "../core/duration";
import { hoursLabel } from "./suggestion_words";

const ICONS = {
    meeting: "fa-users",
    call: "fa-phone",
    activity: "fa-check-square-o",
    task: "fa-tasks",
    message: "fa-envelope-o",
    document: "fa-file-text-o",
};

/** One piece of work: what it was, for which matter and why; three things to do. */
export class SuggestionCard extends Component {
    static template = "legal_timesheet.SuggestionCard";
    static components = { RecordSelector };
    static props = {
        card: Object,
        activities: Array,
        accept: Function,
        discard: Function,
        isChosen: { type: Boolean, optional: true },
        toggleChosen: { type: Function, optional: true },
        /** Set when the card is a merger to check: it begins open. */
        cancel: { type: Function, optional: true },
    };

    setup() {
        this.root = useRef("root");
        this.timeInput = useRef("time");
        this.state = useState({
            isOpen: Boolean(this.props.cancel),
            isBusy: false,
            error: "",
            ...this.proposed(this.props.card),
        });
        useEffect(
            (isOpen) => {
                if (isOpen) {
                    this.timeInput.el?.focus();
                    this.timeInput.el?.select();
                }
            },
            () => [this.state.isOpen]
        );
    }

    proposed(card) {
        return {
            matterId: card.matter ? card.matter.id : false,
            time: formatMinutes(card.minutes),
            narrative: card.narrative,
            activityId: card.activity_id || false,
            sourceIds: card.sources.map((source) => source.id),
        };
    }

    // ------------------------------------------------------------------------- words

    get icon() {
        return ICONS[this.props.card.kind] || "fa-clock-o";
    }

    get hours() {
        return hoursLabel(this.props.card.minutes);
    }

    get when() {
        const [first] = this.props.card.sources;
        return [first.start, first.stop].filter(Boolean).join("–");
    }

    get isMerged() {
        return this.props.card.sources.length > 1;
    }

    get mergedLabel() {
        return _t("%s traces of one piece of work", this.props.card.sources.length);
    }

    get acceptTitle() {
        return _t("Record %(time)s on %(matter)s", {
            time: this.hours,
            matter: this.props.card.matter.number,
        });
    }

    get saveLabel() {
        const minutes = parseDuration(this.state.time);
        return minutes ? _t("Record %s", hoursLabel(minutes)) : _t("Record the time");
    }

    // ------------------------------------------------------------------------ two sums

    get chosenSources() {
        return this.props.card.sources.filter((source) =>
            this.state.sourceIds.includes(source.id)
        );
    }

    get isWhole() {
        return this.chosenSources.length === this.props.card.sources.length;
    }

    get sumMinutes() {
        return this.isWhole
            ? this.props.card.minutes
            : this.chosenSources.reduce((sum, source) => sum + source.minutes, 0);
    }

    takeMinutes(minutes) {
        this.state.time = formatMinutes(minutes);
    }

    toggleSource(source) {
        const ids = this.state.sourceIds;
        this.state.sourceIds = ids.includes(source.id)
            ? ids.filter((id) => id !== source.id)
            : [...ids, source.id];
        this.takeMinutes(this.sumMinutes);
        const narratives = this.chosenSources.map((chosen) => chosen.narrative);
        this.state.narrative = [...new Set(narratives.filter(Boolean))].join(" ; ");
    }

    sumLabel() {
        return _t("Sum: %s", hoursLabel(this.sumMinutes));
    }

    spanLabel() {
        return _t("From first to last: %s", hoursLabel(this.props.card.span));
    }

    hoursOf(source) {
        return hoursLabel(source.minutes);
    }

    // --------------------------------------------------------------------- what it does

    async run(promise) {
        this.state.isBusy = true;
        this.state.error = "";
        this.state.error = (await promise) || "";
        this.state.isBusy = false;
    }

    accept() {
        if (this.state.isBusy) {
            return;
        }
        if (!this.props.card.matter) {
            return this.edit();
        }
        return this.run(this.props.accept(this.props.card.ids, {}));
    }

    acceptOn(candidate) {
        return this.run(
            this.props.accept(this.props.card.ids, { matter_id: candidate.id })
        );
    }

    discard() {
        if (!this.state.isBusy) {
            return this.run(this.props.discard(this.props.card.ids));
        }
    }

    edit() {
        Object.assign(this.state, this.proposed(this.props.card), { isOpen: true });
    }

    close() {
        if (this.props.cancel) {
            return this.props.cancel();
        }
        this.state.isOpen = false;
        this.state.error = "";
        this.root.el?.focus();
    }

    onMatter(matterId) {
        this.state.matterId = matterId;
    }

    save() {
        const minutes = parseDuration(this.state.time);
        if (minutes === null) {
            this.state.error = _t(
                "“%s” is not a duration: write for instance 1h30, 1:30, 1,5 or 90m.",
                this.state.time
            );
            this.timeInput.el?.focus();
            return;
        }
        if (!this.state.matterId) {
            this.state.error = _t("Choose the matter this work was for.");
            return;
        }
        if (!this.state.sourceIds.length) {
            this.state.error = _t("Tick at least one trace of this work.");
            return;
        }
        return this.run(
            this.props.accept(this.state.sourceIds, {
                matter_id: this.state.matterId,
                minutes,
                narrative: this.state.narrative,
                activity_code_id: this.state.activityId,
            })
        );
    }

    onActivity(ev) {
        this.state.activityId = Number(ev.target.value) || false;
    }

    /** Letters act on the card itself, never while typing in it. */
    onKeydown(ev) {
        if (ev.key === "Escape" && this.state.isOpen) {
            ev.stopPropagation();
            return this.close();
        }
        if (ev.target !== this.root.el || ev.ctrlKey || ev.metaKey || ev.altKey) {
            return;
        }
        const act = {
            Enter: () => this.accept(),
            e: () => this.edit(),
            Delete: () => this.discard(),
            " ": () => this.props.toggleChosen?.(),
        }[ev.key];
        if (act) {
            ev.preventDefault();
            ev.stopPropagation();
            act();
        }
    }
}
