import { logNote } from "@crm_merchant/../tests/tours/steps";
import { registry } from "@web/core/registry";

const TAKEN = "昆山德昌精密模具有限公司";
const LEFT = "无锡新吴数控设备有限公司";

// A record of a list on a large screen, its card on a phone.
const record = (name, within = "") =>
    [".o_data_row", ".o_kanban_record"].map((row) => `${row}:contains(${name}) ${within}`).join(", ");

// A member looks at the pool, where phones are masked, takes a lead and finds it gone from there.
registry.category("web_tour.tours").add("crm_merchant_pool_claim", {
    steps: () => [
        {
            content: "The lead lies in the pool, its phone is masked",
            trigger: record(`${TAKEN}):contains(138****01`),
        },
        {
            content: "Claim it",
            trigger: record(TAKEN, "button[name='action_pool_claim']"),
            run: "click",
        },
        {
            content: "It opens, now with its whole phone number",
            trigger: ".o_form_view .o_field_widget[name='phone'] input:value(13862600001)",
        },
        {
            content: "Back to the pool",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "The other lead is still there to take",
            trigger: record(LEFT),
        },
        {
            content: "The taken one is not",
            trigger: `.o_action_manager .o_content:not(:contains(${TAKEN}))`,
        },
    ],
});

// Afterwards he opens it among his own leads, reads the whole phone number and writes down what was said.
registry.category("web_tour.tours").add("crm_merchant_own_lead", {
    steps: () => [
        {
            content: "Open the lead",
            trigger: `.o_data_row .o_data_cell:contains(${TAKEN}), .o_kanban_record:contains(${TAKEN})`,
            run: "click",
        },
        {
            content: "The phone is there in full",
            trigger: ".o_form_view .o_field_widget[name='phone'] input:value(13862600001)",
        },
        ...logNote("明天上午去厂里看现有设备"),
    ],
});
