import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component, onWillUnmount, useEffect } from "@odoo/owl";

const EVERY = 2500;

/** How far a run is; reads it again while it works, and leaves edits alone. */
export class RunProgress extends Component {
    static template = "legal_billing.RunProgress";
    static props = { ...standardFieldProps };

    setup() {
        useEffect(
            () => this.plan(),
            () => [this.props.record.data.stage, this.props.record.data.progress_done]
        );
        onWillUnmount(() => clearTimeout(this.timer));
    }

    plan() {
        clearTimeout(this.timer);
        if (this.props.record.data.stage) {
            this.timer = setTimeout(() => this.refresh(), EVERY);
        }
    }

    async refresh() {
        const { record } = this.props;
        if (!(await record.isDirty())) {
            await record.load();
        }
        this.plan();
    }

    get percent() {
        return Math.round(this.props.record.data.progress);
    }

    get text() {
        const data = this.props.record.data;
        const stage = this.props.record.fields.stage.selection.find(
            ([code]) => code === data.stage
        );
        const text = _t("%(stage)s: %(done)s of %(total)s matters", {
            stage: stage ? stage[1] : "",
            done: data.progress_done,
            total: data.progress_total,
        });
        return data.time_left ? `${text}, ${data.time_left}` : text;
    }
}

registry.category("fields").add("legal_run_progress", {
    component: RunProgress,
    displayName: _t("Progress of a run"),
    supportedTypes: ["float"],
});
