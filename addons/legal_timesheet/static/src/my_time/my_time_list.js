import { getActiveHotkey } from "@web/core/hotkeys/hotkey_service";
import { registry } from "@web/core/registry";
import { ListController } from "@web/views/list/list_controller";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";
import { serializeDate } from "@web/core/l10n/dates";

const { DateTime } = luxon;
const BY_DAY = "date:day";

/**
 * One's own time, by day. New opens a line on top of today's; where today has none
 * yet the days are put aside, and the line opens on top of the list.
 */
export class MyTimeListController extends ListController {
    async createRecord(params = {}) {
        const root = this.model.root;
        if (!this.editable || !root.isGrouped || params.group) {
            return super.createRecord(params);
        }
        if (!(await root.leaveEditMode())) {
            return;
        }
        const group = this.groupOfToday;
        if (group) {
            if (group.isFolded) {
                await group.toggle();
            }
            return group.addNewRecord({}, true);
        }
        this.opensNew = true;
        for (const facet of this.env.searchModel.facets) {
            if (facet.type === "groupBy") {
                this.env.searchModel.deactivateGroup(facet.groupId);
            }
        }
    }

    get groupOfToday() {
        const { groupBy, groups } = this.model.root;
        const today = serializeDate(DateTime.local());
        return groupBy.length === 1 && groupBy[0] === BY_DAY
            ? groups.find((group) => String(group.serverValue).startsWith(today))
            : undefined;
    }

    setup() {
        super.setup();
        const onRootLoaded = this.model.hooks.onRootLoaded;
        this.model.hooks.onRootLoaded = async (root) => {
            await onRootLoaded(root);
            if (this.opensNew && !root.isGrouped) {
                this.opensNew = false;
                await root.addNewRecord(true);
            }
        };
    }
}

/**
 * Enter on a new line saves it and opens the next, within a day too. The date of a
 * new line is today's already: it begins with the matter.
 */
export class MyTimeListRenderer extends ListRenderer {
    focusCell(column, forward = true) {
        const record = this.props.list.editedRecord;
        const isUntouched = record?.isNew && !record.dirty && !this.cellToFocus;
        const matter = this.columns.find(({ name }) => name === "matter_id");
        const begins = isUntouched && forward && matter && column === this.columns[0];
        return super.focusCell(begins ? matter : column, forward);
    }

    /** The words are a text of several lines: Enter ends the entry, Shift+Enter the line. */
    onCellKeydown(ev, group = null, record = null) {
        const { target } = ev;
        const isWords = target.tagName === "TEXTAREA" && record?.isInEdition;
        if (isWords && getActiveHotkey(ev) === "enter") {
            ev.preventDefault();
            ev.stopPropagation();
            this.onCellKeydownEditMode("enter", target.closest("td"), group, record);
            return;
        }
        return super.onCellKeydown(ev, group, record);
    }

    applyCellKeydownEditModeGroup(hotkey, cell, group, record) {
        const isDirty = record.dirty || this.lastIsDirty;
        if (hotkey === "enter" && record.isNew && isDirty && this.canCreate) {
            group.addNewRecord({}, true);
            return true;
        }
        return super.applyCellKeydownEditModeGroup(hotkey, cell, group, record);
    }
}

registry.category("views").add("legal_my_time_list", {
    ...listView,
    Controller: MyTimeListController,
    Renderer: MyTimeListRenderer,
});
