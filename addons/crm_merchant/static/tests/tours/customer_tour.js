import { record } from "@crm_merchant/../tests/tours/steps";
import { registry } from "@web/core/registry";

const CUSTOMER = "扬州江都泵阀有限公司";

// A member claims a customer from the pool, sees its phone and contact, and finds it among his own.
registry.category("web_tour.tours").add("crm_merchant_customer_claim", {
    steps: () => [
        {
            content: "The customer lies in the pool, its phone is masked",
            trigger: record(`${CUSTOMER}):contains(138****77`),
        },
        {
            content: "Claim it",
            trigger: record(CUSTOMER, "button[name='action_pool_claim']"),
            run: "click",
        },
        {
            content: "It opens with its whole phone number",
            trigger: ".o_form_view .o_field_widget[name='phone'] input:value(13812345677)",
        },
        {
            content: "and its contact",
            trigger: ".o_form_view .o_field_widget[name='child_ids']:contains(姜海波)",
        },
    ],
});
registry.category("web_tour.tours").add("crm_merchant_my_customers", {
    steps: () => [
        {
            content: "It is among my customers",
            trigger: record(CUSTOMER),
        },
    ],
});
