import { onWillStart } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

/** The list of holidays says above its rows when a year has none yet. */
class WorkExceptionListController extends ListController {
    static template = "crm_merchant.WorkExceptionListView";

    setup() {
        super.setup();
        const orm = useService("orm");
        onWillStart(async () => {
            this.missingYears = await orm.call("crm.work.exception", "missing_years_warning", []);
        });
    }
}

registry.category("views").add("crm_work_exception_list", {
    ...listView,
    Controller: WorkExceptionListController,
});
