import { _t } from "@web/core/l10n/translation";
import { parseDuration } from "@legal_timesheet/core/duration";
import { MatterSearch } from "@legal_timesheet/day/matter_search";
import { notADuration } from "@legal_timesheet/day/time_entry";
import { ActForm } from "./act_form";
import { hours, typedHours } from "./review_words";

export class MoveForm extends ActForm {
    static template = "legal_billing.MoveForm";
    static components = { MatterSearch };

    getInitial() {
        return { matter: null };
    }

    get title() {
        return _t("Move %s to another matter", this.count);
    }

    get label() {
        const { matter } = this.state;
        return matter
            ? _t("Move %(lines)s to %(matter)s", { lines: this.count, matter: matter.number })
            : _t("Choose the matter first");
    }

    onSelected(matter) {
        this.state.matter = matter;
        this.root.el.querySelector("button[type='submit']").focus();
    }

    getAct(submits) {
        if (!this.state.matter) {
            return submits ? this.refuse(_t("Choose the matter that these lines go to.")) : null;
        }
        return ["move", { line_ids: this.lineIds, matter_id: this.state.matter.id }];
    }
}

export class GroupForm extends ActForm {
    static template = "legal_billing.GroupForm";

    getInitial() {
        return { label: this.lines.find((line) => line.group)?.group || "" };
    }

    get title() {
        return _t("Show %s to the client as one", this.count);
    }

    get labels() {
        return [...new Set(this.model.lines.map((line) => line.group).filter(Boolean))];
    }

    get label() {
        return this.state.label.trim()
            ? _t("Show them under “%s”", this.state.label.trim())
            : _t("Show each by itself");
    }

    getAct() {
        return ["group", { line_ids: this.lineIds, label: this.state.label }];
    }
}

export class MergeForm extends ActForm {
    static template = "legal_billing.MergeForm";

    getInitial() {
        const words = this.lines.map((line) => line.narrative.trim()).filter(Boolean);
        return { narrative: [...new Set(words)].join("\n") };
    }

    get isMerged() {
        return this.lines.length === 1 && this.model.lines.some((line) => line.merged_into === this.lines[0].id);
    }

    get title() {
        return this.isMerged
            ? _t("Take the merged lines apart")
            : _t("Merge %s into one line of what the client reads", this.count);
    }

    get label() {
        return this.isMerged ? _t("Take them apart") : _t("Merge %s", this.count);
    }

    get time() {
        return hours(this.lines.reduce((sum, line) => sum + line.hours, 0));
    }

    getAct(submits) {
        if (this.isMerged) {
            return ["unmerge", { line_ids: this.lineIds }];
        }
        if (this.lines.length < 2) {
            return submits
                ? this.refuse(_t("Choose two lines or more first: x chooses the line."))
                : null;
        }
        return ["merge", { line_ids: this.lineIds, narrative: this.state.narrative }];
    }
}

export class SplitForm extends ActForm {
    static template = "legal_billing.SplitForm";

    getInitial() {
        const line = this.model.active;
        const half = typedHours(Math.ceil((line.hours * 60) / 2) / 60);
        return {
            parts: [
                { hours: half, narrative: line.narrative },
                { hours: typedHours(line.hours - parseDuration(half) / 60), narrative: line.narrative },
            ],
        };
    }

    get line() {
        return this.model.active;
    }

    get title() {
        return _t("Split %s of work in parts", hours(this.line.hours));
    }

    get left() {
        const minutes = this.state.parts.map((part) => parseDuration(part.hours) || 0);
        return this.line.hours - minutes.reduce((sum, one) => sum + one, 0) / 60;
    }

    get leftWords() {
        const left = this.left;
        if (Math.abs(left) < 0.001) {
            return "";
        }
        return left > 0
            ? _t("%s still to share out", hours(left))
            : _t("%s too much", hours(-left));
    }

    get label() {
        return _t("Split in %s parts", this.state.parts.length);
    }

    /** The last part takes what the others leave. */
    onHours(index) {
        const { parts } = this.state;
        if (index < parts.length - 1) {
            const before = parts.slice(0, -1).map((part) => parseDuration(part.hours) || 0);
            const rest = this.line.hours * 60 - before.reduce((sum, one) => sum + one, 0);
            parts.at(-1).hours = typedHours(Math.max(rest, 0) / 60);
        }
    }

    addPart() {
        this.state.parts.push({ hours: "0h00", narrative: this.line.narrative });
    }

    getAct() {
        const parts = [];
        for (const part of this.state.parts) {
            const minutes = parseDuration(part.hours);
            if (minutes === null) {
                return this.refuse(notADuration(part.hours));
            }
            parts.push({ hours: minutes / 60, narrative: part.narrative });
        }
        return ["split", { line_id: this.line.id, parts }];
    }
}
