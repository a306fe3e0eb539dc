import { press, state } from "@crm_merchant/../tests/tours/steps";
import { registry } from "@web/core/registry";

// The clerk reads why the other side refused a document and, after it was mended there, tries it again.
registry.category("web_tour.tours").add("crm_finance_bridge_role_clerk_retries", {
    steps: () =>
        [
            {
                content: "The reason is there in words",
                trigger: ".o_form_view .alert .o_field_widget[name='last_error']:contains(会计期间已关闭)",
            },
            press("action_retry"),
            state("pending"),
        ].flat(),
});
