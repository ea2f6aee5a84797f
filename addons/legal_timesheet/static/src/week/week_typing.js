import { _t } from "@web/core/l10n/translation";
import { deleteEntry, notADuration, refusalOf, splitDuration } from "../day/time_entry";
import { WeekCells } from "./week_cells";

/**
 * What is written in the active cell: a time typed, deleted or pasted. Where the
 * focus goes and what opens is in WeekGrid.
 */
export class WeekTyping extends WeekCells {
    // ------------------------------------------------------------ active cell

    get activeMatter() {
        return this.model.matterOf(this.state.active.matterId);
    }

    get activeDay() {
        return this.model.days[this.state.active.col];
    }

    get activeEntries() {
        return this.model.entriesOf(this.state.active.matterId, this.activeDay.date);
    }

    /** The only draft of the active cell, if it holds that and nothing else. */
    get onlyDraft() {
        const entries = this.activeEntries;
        const isDraft = entries.length === 1 && entries[0].state === "draft";
        return isDraft && this.activeMatter.can_write ? entries[0] : null;
    }

    get employeeId() {
        return this.model.data.is_own ? false : this.model.data.person.id;
    }

    // ------------------------------------------------------------------- typing

    startEditing(text) {
        if (!this.activeMatter.can_write) {
            return this.refuse(
                _t("You read this row; its author or the responsible changes it.")
            );
        }
        this.closePanel(false);
        this.state.refusal = null;
        this.state.asking = null;
        this.state.editing = { ...this.state.active, text };
    }

    stopEditing(asksFocus = true) {
        this.state.editing = null;
        this.state.refusal = null;
        if (asksFocus) {
            this.askFocus();
        }
    }

    async onInputKeydown(ev) {
        ev.stopPropagation();
        if (ev.key === "Escape") {
            ev.preventDefault();
            this.stopEditing();
        } else if (ev.key === "Enter" || ev.key === "Tab") {
            ev.preventDefault();
            const back = ev.shiftKey;
            const isDone = await this.commit();
            if (isDone && ev.key === "Tab") {
                this.step(0, back ? -1 : 1, true);
            }
        }
    }

    onInputBlur() {
        if (this.state.editing && !this.state.editing.text.trim()) {
            this.stopEditing(false);
        } else if (this.state.editing && !this.state.refusal) {
            this.commit();
        }
    }

    /** @returns {Promise<boolean>} whether the cell is done with */
    async commit() {
        const { editing } = this.state;
        if (!editing || editing.isSaving) {
            return false;
        }
        if (!editing.text.trim()) {
            this.stopEditing();
            return true;
        }
        const parsed = splitDuration(editing.text);
        if (!parsed) {
            this.refuse(notADuration(editing.text));
            return false;
        }
        const values = this.prepareValues(parsed);
        if (!values) {
            this.openPanel(parsed.minutes);
            return false;
        }
        editing.isSaving = true;
        const cell = { ...editing, isSaving: false };
        try {
            await this.model.save(values);
        } catch (error) {
            this.state.editing = cell;
            this.refuse(refusalOf(error), cell);
            return false;
        }
        this.props.onChanged();
        const now = this.state.editing;
        if (now && now.matterId === cell.matterId && now.col === cell.col) {
            this.stopEditing();
        }
        return true;
    }

    /** What a duration typed in the cell writes; nothing when words are wanted. */
    prepareValues({ minutes, narrative }) {
        const draft = this.onlyDraft;
        if (draft) {
            return { id: draft.id, minutes, ...(narrative && { narrative }) };
        }
        if (this.activeEntries.length || !narrative) {
            return null;
        }
        return {
            matter_id: this.activeMatter.id,
            date: this.activeDay.date,
            minutes,
            narrative,
            activity_code_id: this.activeMatter.last_activity_id,
        };
    }

    refuse(sentence, cell = this.state.active) {
        this.state.refusal = { matterId: cell.matterId, col: cell.col, sentence };
    }

    // ------------------------------------------------------------ delete, paste

    askDelete() {
        if (this.onlyDraft) {
            this.state.refusal = null;
            this.state.asking = { ...this.state.active };
        } else if (this.activeEntries.length) {
            this.openPanel();
        }
    }

    onAskKeydown(ev) {
        ev.stopPropagation();
        if (ev.key === "Escape") {
            ev.preventDefault();
            this.keep();
        }
    }

    keep() {
        this.state.asking = null;
        this.askFocus();
    }

    async deleteActive() {
        const entry = this.onlyDraft;
        this.state.asking = null;
        try {
            await deleteEntry(this.orm, entry.id);
        } catch (error) {
            this.askFocus();
            return this.refuse(refusalOf(error));
        }
        this.model.remove(entry);
        this.askFocus();
        this.props.onChanged();
    }

    async paste() {
        const { id } = this.activeMatter;
        const date = this.activeDay.date;
        try {
            for (const entry of this.clipboard) {
                const { minutes, narrative, activity_code_id } = entry;
                await this.model.save({
                    matter_id: id,
                    date,
                    minutes,
                    narrative,
                    activity_code_id,
                });
            }
        } catch (error) {
            return this.refuse(refusalOf(error));
        }
        this.props.onChanged();
    }
}
