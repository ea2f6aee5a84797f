import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

/** A list whose buttons say how many entries they act on. */
export class ApprovalListController extends ListController {
    static template = "legal_timesheet.ApprovalListView";

    get selectedCount() {
        const root = this.model.root;
        return root.isDomainSelected ? root.count : root.selection.length;
    }

    labelOf(button) {
        const count = this.selectedCount;
        if (button.clickParams.name === "action_approve") {
            return count === 1 ? _t("Approve 1 entry") : _t("Approve %s entries", count);
        }
        if (button.clickParams.name === "action_return") {
            return count === 1 ? _t("Return 1 entry") : _t("Return %s entries", count);
        }
        return button.string;
    }
}

registry.category("views").add("legal_time_approval_list", {
    ...listView,
    Controller: ApprovalListController,
});
