import { onWillUnmount, useEffect } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { ProgressBarField, progressBarField } from "@web/views/fields/progress_bar/progress_bar_field";

const SECONDS = 3;

/** A progress bar that asks again while the import runs in the background. */
export class ImportProgressField extends ProgressBarField {
    setup() {
        super.setup();
        useEffect(
            (running) => {
                clearInterval(this.timer);
                if (running) {
                    this.timer = setInterval(() => this.reload(), SECONDS * 1000);
                }
            },
            () => [["checking", "running", "undoing"].includes(this.props.record.data.state)]
        );
        onWillUnmount(() => clearInterval(this.timer));
    }

    async reload() {
        const record = this.props.record;
        if (!(await record.isDirty())) {
            await record.load();
        }
    }
}

registry.category("fields").add("crm_import_progress", { ...progressBarField, component: ImportProgressField });
