import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component, onWillStart, onWillUnmount } from "@odoo/owl";

export const CHANGED = "legal.online.payment/changed";

const TONES = {
    under_way: "text-bg-info",
    paid: "text-bg-success",
    part: "text-bg-warning",
    failed: "text-bg-danger",
};

/** Where the online payment of this record is; follows it while the page is open. */
export class OnlineBadge extends Component {
    static template = "legal_billing.OnlineBadge";
    static props = { ...standardFieldProps };

    setup() {
        this.bus = useService("bus_service");
        const onChange = (payload) => this.onChange(payload);
        onWillStart(() => {
            this.bus.subscribe(CHANGED, onChange);
            this.bus.start();
        });
        onWillUnmount(() => this.bus.unsubscribe(CHANGED, onChange));
    }

    /** Reads the record again, and leaves alone what is being typed. */
    async onChange(payload) {
        const { record } = this.props;
        const ids = payload[record.resModel] || [];
        if (ids.includes(record.resId) && !(await record.isDirty())) {
            await record.load();
        }
    }

    get text() {
        return this.props.record.data[this.props.name];
    }

    get tone() {
        return TONES[this.props.record.data.legal_online_state] || "text-bg-secondary";
    }
}

registry.category("fields").add("legal_online_badge", {
    component: OnlineBadge,
    displayName: _t("Online payment"),
    supportedTypes: ["char"],
    fieldDependencies: [{ name: "legal_online_state", type: "selection" }],
});
