import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { TIME_CHANGED } from "./time_entry";

/** What waits for the user, each with the list that answers it. */
export class WaitingPanel extends Component {
    static template = "legal_timesheet.WaitingPanel";
    static props = { day: String };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ items: [] });
        useBus(this.env.bus, TIME_CHANGED, () => this.load());
        onWillStart(() => this.load());
    }

    async load() {
        this.state.items = await this.orm.silent.call("legal.day", "get_waiting", []);
    }

    open(item) {
        return this.action.doAction(item.action);
    }
}

registry
    .category("legal_day_panels")
    .add("waiting", { Component: WaitingPanel, column: "right" }, { sequence: 10 });
