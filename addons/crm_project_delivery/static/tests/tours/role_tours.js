import { press, pressInDialog, record, state } from "@crm_merchant/../tests/tours/steps";
import { registry } from "@web/core/registry";

// One tour a role, each with its act between the signature and the money.

const CUSTOMER = "苏州华芯装备有限公司";

const tour = (name, steps) =>
    registry.category("web_tour.tours").add(`crm_project_delivery_role_${name}`, { steps: () => steps.flat() });

// The engineer's milestone has its file already; he hands it in.
tour("engineer_hands_in", [press("action_submit"), state("submitted")]);

// The project manager accepts it, which makes a row of the payment plan due.
tour("manager_accepts", [
    {
        content: "The deliverable is there to look at",
        trigger: ".o_form_view .o_field_widget[name='delivery_attachment_ids'] .o_attachment",
    },
    press("action_accept"),
    state("accepted"),
]);

// The clerk says which row of the plan a receipt pays.
tour("clerk_claims_receipt", [
    {
        content: "Claim the receipt",
        trigger: record("RCPT-TOUR", "button[name='action_open_claim']"),
        run: "click",
    },
    {
        content: "The row that the memo names is chosen already",
        trigger: `.modal .o_field_widget[name='plan_line_ids']:contains(${CUSTOMER})`,
    },
    pressInDialog("action_claim"),
    {
        content: "Nothing waits any more",
        trigger: ".o_view_controller:not(:has(button[name='action_open_claim']))",
    },
]);
