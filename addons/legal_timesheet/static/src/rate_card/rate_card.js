import { Component, onWillStart, useState } from "@odoo/owl";
import { serializeDate, deserializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const { DateTime } = luxon;

/** The firm's prices at a glance; or those that apply to one client or matter. */
export class RateCard extends Component {
    static template = "legal_timesheet.RateCard";
    static components = { Layout, DateTimeInput };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        const params = this.props.action.params || {};
        this.place = params.model ? params : this.props.state?.place || null;
        this.state = useState({
            day: this.props.state?.day || serializeDate(DateTime.local()),
            companyId: this.props.state?.companyId || null,
            card: null,
            here: null,
        });
        this.display = { controlPanel: {} };
        onWillStart(() => this.load());
    }

    get day() {
        return deserializeDate(this.state.day);
    }

    async load() {
        if (this.place) {
            this.state.here = await this.orm.call("legal.rate", "get_applicable", [
                this.place.model,
                this.place.id,
                this.state.day,
            ]);
        } else {
            this.state.card = await this.orm.call("legal.rate", "get_card", [
                this.state.day,
                this.state.companyId,
            ]);
        }
    }

    async setDay(day) {
        if (day) {
            this.state.day = serializeDate(day);
            await this.load();
        }
    }

    async setCompany(ev) {
        this.state.companyId = Number(ev.target.value);
        await this.load();
    }

    print() {
        window.print();
    }

    revise() {
        this.action.doAction("legal_timesheet.legal_rate_revision_action", {
            onClose: () => this.load(),
        });
    }

    openRate(id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Rate"),
            res_model: "legal.rate",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("legal_timesheet.rate_card", RateCard);
