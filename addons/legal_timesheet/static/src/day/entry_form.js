import { Component, onMounted, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { formatMinutes, parseDuration } from "../core/duration";
import { MatterSearch } from "./matter_search";
import { notADuration, refusalOf, saveEntry } from "./time_entry";

/** One entry being typed: time, activity, words. Enter saves, Escape gives up. */
export class EntryForm extends Component {
    static template = "legal_timesheet.EntryForm";
    static components = { MatterSearch };
    static props = {
        day: String,
        activities: Array,
        /** the entry to change, or nothing for a new one */
        entry: { type: Object, optional: true },
        /** matter of a new entry; asked for when there is none */
        matter: { type: Object, optional: true },
        employeeId: { type: [Number, Boolean], optional: true },
        /** minutes of a new entry that were typed in a cell */
        minutes: { type: [Number, Boolean], optional: true },
        onSaved: Function,
        onCancel: Function,
        onDelete: { type: Function, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        const { entry, matter, minutes } = this.props;
        this.minutesRef = useRef("minutes");
        this.narrativeRef = useRef("narrative");
        this.root = useRef("root");
        const known = entry ? entry.minutes : minutes;
        this.state = useState({
            matter: matter || null,
            duration: known ? formatMinutes(known) : "",
            activityId: String(
                (entry ? entry.activity_code_id : matter && matter.last_activity_id) ||
                    ""
            ),
            narrative: entry ? entry.narrative : "",
            refusal: "",
            isSaving: false,
        });
        onMounted(() => {
            if (!this.needsMatter) {
                const ref = minutes ? this.narrativeRef : this.minutesRef;
                ref.el.focus();
                ref.el.select();
            }
        });
        useEffect(
            (el) => {
                if (el) {
                    el.style.height = "auto";
                    el.style.height = `${el.scrollHeight + 2}px`;
                }
            },
            () => [this.narrativeRef.el, this.state.narrative]
        );
    }

    get label() {
        return this.props.entry ? _t("Change the entry") : _t("New entry");
    }

    get needsMatter() {
        return !this.props.entry && !this.state.matter;
    }

    /** The last words said on this matter, while nothing else is written. */
    get proposal() {
        const matter = this.state.matter;
        return !this.props.entry && !this.state.narrative && matter
            ? matter.last_narrative
            : "";
    }

    takeProposal() {
        this.state.narrative = this.proposal;
        this.narrativeRef.el.focus();
    }

    onMatterSelected(matter) {
        this.state.matter = matter;
        this.state.activityId ||= String(matter.last_activity_id || "");
        this.minutesRef.el.focus();
    }

    forgetMatter() {
        this.state.matter = null;
    }

    onKeydown(ev) {
        if (ev.key === "Escape") {
            ev.preventDefault();
            ev.stopPropagation();
            this.props.onCancel();
        } else if (ev.key === "Enter" && !ev.shiftKey && ev.target.tagName !== "BUTTON") {
            ev.preventDefault();
            ev.stopPropagation();
            this.onEnter(ev.target);
        } else if (
            ev.key === "ArrowDown" &&
            ev.target === this.narrativeRef.el &&
            this.proposal
        ) {
            ev.preventDefault();
            this.takeProposal();
        }
        // the arrows and letters typed here are not those of the grid around
        ev.stopPropagation();
    }

    onEnter(target) {
        if (target === this.minutesRef.el && !this.state.narrative) {
            this.narrativeRef.el.focus();
        } else {
            this.save();
        }
    }

    async save() {
        const values = this.checkedValues();
        if (!values || this.state.isSaving) {
            return;
        }
        this.state.isSaving = true;
        let entry;
        try {
            entry = await saveEntry(this.orm, values);
        } catch (error) {
            this.state.refusal = refusalOf(error);
            return;
        } finally {
            this.state.isSaving = false;
        }
        this.props.onSaved(entry);
    }

    checkedValues() {
        const { duration, narrative, activityId, matter } = this.state;
        const minutes = parseDuration(duration);
        if (this.needsMatter) {
            return this.refuse(_t("Which matter? Choose it first."));
        }
        if (minutes === null) {
            this.minutesRef.el.focus();
            return this.refuse(
                duration.trim()
                    ? notADuration(duration)
                    : _t("How long? Write for instance 1h30, 1,5h or 90m.")
            );
        }
        if (!narrative.trim()) {
            this.narrativeRef.el.focus();
            return this.refuse(
                _t("What was done? The client will read these words.")
            );
        }
        const values = {
            minutes,
            narrative,
            activity_code_id: Number(activityId) || false,
        };
        if (this.props.entry) {
            return { id: this.props.entry.id, ...values };
        }
        return {
            matter_id: matter.id,
            date: this.props.day,
            employee_id: this.props.employeeId || false,
            ...values,
        };
    }

    refuse(sentence) {
        this.state.refusal = sentence;
        return null;
    }
}
