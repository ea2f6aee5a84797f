import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { formatMinutes, parseDuration } from "../core/duration";
import { MatterPicker } from "./matter_picker";
import { sayError, sayMinutes, tellOutcome } from "./timer_words";

/** The entry that a timer proposes, to be changed, recorded or discarded. */
export class TimerStopForm extends Component {
    static template = "legal_timesheet.TimerStopForm";
    static components = { MatterPicker };
    static props = { proposal: Object, onDone: Function };

    setup() {
        this.service = useService("legal_timer");
        this.notification = useService("notification");
        const { proposal } = this.props;
        this.matterLabel = _t("Number, object or client");
        this.state = useState({
            // a question is answered by the person, never by a figure shown already
            minutes: proposal.question ? "" : formatMinutes(proposal.minutes),
            narrative: proposal.narrative,
            activityId: proposal.activity_code_id || 0,
            matter: proposal.matter,
            isChoosing: Boolean(proposal.matter && proposal.matter.is_lost),
            isDiscarding: false,
            isSaving: false,
            error: "",
        });
        this.minutesInput = useRef("minutes");
        onMounted(() => {
            if (this.state.matter && !this.state.isChoosing) {
                this.minutesInput.el.focus();
                this.minutesInput.el.select();
            }
        });
    }

    get proposal() {
        return this.props.proposal;
    }

    get others() {
        return this.proposal.narratives.filter((w) => w !== this.state.narrative);
    }

    get saveLabel() {
        const minutes = parseDuration(this.state.minutes);
        return minutes ? _t("Record %s", sayMinutes(minutes)) : _t("Record");
    }

    get discardLabel() {
        return this.state.isDiscarding
            ? _t("Discard: nothing is recorded")
            : _t("Discard…");
    }

    setMatter(matter) {
        Object.assign(this.state, { matter, isChoosing: false });
    }

    setMinutes(minutes) {
        this.state.minutes = formatMinutes(minutes);
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey)) {
            ev.preventDefault();
            this.save();
        }
    }

    async save() {
        const minutes = parseDuration(this.state.minutes);
        if (!minutes) {
            this.state.error = _t("How long? Write for instance 1h30, 1,5h or 90m.");
            this.minutesInput.el.focus();
            return;
        }
        const { narrative, activityId, matter } = this.state;
        const values = {
            minutes,
            narrative,
            activity_code_id: activityId || false,
            matter_id: matter ? matter.id : false,
        };
        await this.attempt("stop", values, this.proposal.id);
    }

    async discard() {
        if (!this.state.isDiscarding) {
            this.state.isDiscarding = true;
            return;
        }
        await this.attempt("discard", this.proposal.id);
    }

    async attempt(method, ...args) {
        this.state.isSaving = true;
        this.state.error = "";
        try {
            const answer = await this.service.call(method, ...args);
            tellOutcome(this.notification, answer.outcome);
            this.props.onDone();
        } catch (error) {
            this.state.error = sayError(error);
        } finally {
            this.state.isSaving = false;
        }
    }
}
