import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * What a wizard is about to do, as a table: columns, rows, a sentence below.
 * The server words every cell.
 */
export class PreviewTable extends Component {
    static template = "legal_timesheet.PreviewTable";
    static props = { ...standardFieldProps };

    get table() {
        return this.props.record.data[this.props.name] || { columns: [], rows: [] };
    }
}

registry.category("fields").add("legal_preview_table", {
    component: PreviewTable,
    supportedTypes: ["json"],
});
