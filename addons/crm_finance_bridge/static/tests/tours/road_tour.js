import { openRecord, press, state } from "@crm_merchant/../tests/tours/steps";
import { registry } from "@web/core/registry";

// The road from a lead to the row that waits for the finance system, one tour a person. The test puts them in order
// and runs them at the size of a desk and of a phone; the steps look for names of fields and buttons, never for texts
// of the screen.

const CUSTOMER = "苏州恒锐精密机械有限公司";

const tour = (name, steps) =>
    registry.category("web_tour.tours").add(`crm_finance_bridge_road_${name}`, { steps: () => steps.flat() });

tour("quote", [
    openRecord(CUSTOMER),
    press("action_sale_quotations_new"),
    {
        content: "Add a row",
        isActive: ["desktop"],
        trigger: ".o_field_widget[name='order_line'] .o_field_x2many_list_row_add a",
        run: "click",
    },
    {
        isActive: ["desktop"],
        trigger: ".o_selected_row .o_field_widget[name='product_template_id'] input",
        run: "edit CNC",
    },
    {
        isActive: ["desktop"],
        trigger: ".o-autocomplete--dropdown-item a:contains(CNC Line)",
        run: "click",
    },
    {
        content: "The price of the product is there",
        isActive: ["desktop"],
        trigger: ".o_data_row .o_data_cell[name='price_unit'] input:value(113,274.34)",
    },
    {
        content: "Add a row",
        isActive: ["mobile"],
        trigger: ".o_field_widget[name='order_line'] button.btn-secondary",
        run: "click",
    },
    {
        isActive: ["mobile"],
        trigger: ".modal .o_field_widget[name='product_id'] input",
        run: "click",
    },
    {
        isActive: ["mobile"],
        trigger: ".modal .o_kanban_record:contains(CNC Line)",
        run: "click",
    },
    {
        isActive: ["mobile"],
        trigger: ".modal .o_field_widget[name='price_unit'] input:value(113,274.34)",
    },
    {
        isActive: ["mobile"],
        trigger: ".modal .o_form_button_save",
        run: "click",
    },
    {
        isActive: ["mobile"],
        trigger: "body:not(:has(.modal))",
    },
    {
        content: "Save the quote",
        trigger: ".o_form_view .o_form_button_save:enabled",
        run: "click",
    },
    {
        content: "It is saved and comes to 128 000",
        trigger: ".o_form_view:has(.o_form_saved) .o_field_widget[name='tax_totals']:contains(128,000.00)",
    },
    press("action_approval_submit"),
    {
        content: "It waits for the first person",
        trigger: ".o_form_view .o_field_widget[name='approval_waiting_for']:contains(王志远)",
    },
]);

tour("approve", [
    {
        content: "The amount is on the card",
        trigger: `.o_kanban_record:contains(${CUSTOMER}) .o_field_widget[name='amount']:contains(128,000.00), .o_kanban_record:contains(${CUSTOMER}):contains(128,000.00)`,
    },
    {
        content: "Approve",
        trigger: `.o_kanban_record:contains(${CUSTOMER}) button[name='action_approve']`,
        run: "click",
    },
    {
        content: "Nothing waits any more",
        trigger: ".o_kanban_view:not(:has(button[name='action_approve']))",
    },
]);

tour("confirm", [openRecord(CUSTOMER), press("action_confirm"), state("sale")]);

tour("contract", [
    openRecord(CUSTOMER),
    press("action_create_contract"),
    {
        content: "The contract has the amount of the order",
        trigger: ".o_form_view .o_field_widget[name='plan_line_ids']:contains(38,400.00)",
    },
    press("action_sign"),
    {
        content: "It asks once more",
        trigger: ".modal footer .btn-primary",
        run: "click",
    },
    state("signed"),
]);

tour("invoice", [
    openRecord(CUSTOMER),
    press("action_create_invoice"),
    {
        content: "The invoice has the amount of the row",
        trigger: ".o_form_view .o_field_widget[name='tax_totals']:contains(38,400.00)",
    },
    press("action_post"),
    state("posted"),
]);

tour("outbox", [
    {
        content: "The receivable waits",
        trigger:
            ".o_data_row:contains(CRM-AR-) .o_data_cell[name='state'] .text-bg-info, .o_kanban_record:contains(CRM-AR-) [name='state'] .text-bg-info",
    },
    {
        content: "Open it",
        trigger: ".o_data_row .o_data_cell:contains(CRM-AR-), .o_kanban_record:contains(CRM-AR-)",
        run: "click",
    },
    state("pending"),
]);
