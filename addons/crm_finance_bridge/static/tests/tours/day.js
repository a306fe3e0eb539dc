import { press, record, state } from "@crm_merchant/../tests/tours/steps";
import { registry } from "@web/core/registry";

// The day of a finance clerk: from the red figure of the health page to the refused document and its button; when it
// has arrived, its story; and from the list of the night to a difference, its cause and the document.

const tour = (name, steps) =>
    registry.category("web_tour.tours").add(`crm_finance_bridge_day_${name}`, { steps: () => steps.flat() });

tour("refused", [
    {
        content: "One document was refused",
        trigger: ".o_kanban_record button[name='action_open_refused']:contains(1)",
        run: "click",
    },
    {
        content: "Open it",
        trigger: ".o_data_row .o_data_cell:contains(CRM-AR-), .o_kanban_record:contains(CRM-AR-)",
        run: "click",
    },
    {
        content: "The words of the other side",
        trigger: ".o_form_view .alert-warning .o_field_widget[name='last_error']:contains(会计期间已关闭)",
    },
    press("action_retry"),
    state("pending"),
]);

tour("done", [
    state("done"),
    {
        content: "What was done is told",
        trigger: ".o_field_widget[name='attempt_ids'] .o_data_row:nth-child(3), .o_field_widget[name='attempt_ids'] .o_kanban_record:nth-child(3)",
    },
    {
        content: "What went over the wire",
        trigger: ".o_notebook .nav-link[name='values']",
        run: "click",
    },
    {
        trigger: ".o_form_view .o_field_widget[name='values_shown']:contains(amount_total)",
    },
    {
        content: "Our document",
        isActive: ["mobile"],
        trigger: ".o_form_view .o_button_more, .o_control_panel .o_button_more",
        run: "click",
    },
    {
        trigger: "button[name='action_open_record']",
        run: "click",
    },
    state("posted"),
    {
        content: "Its story stands on it",
        trigger: ".o_notebook .nav-link[name='finance_bridge']",
        run: "click",
    },
    {
        trigger: ".o_field_widget[name='finance_attempt_ids'] .o_data_row, .o_field_widget[name='finance_attempt_ids'] .o_kanban_record:not(.o_kanban_ghost)",
    },
]);

tour("reconciliation", [
    {
        content: "Last night differs",
        trigger: ".o_data_row:has(.text-bg-danger) .o_data_cell[name='date_from'], .o_kanban_record:has(.text-bg-danger)",
        run: "click",
    },
    state("differs"),
    {
        content: "The cause is named",
        trigger: record("CRM-AR-", ":contains(对方改过)"),
    },
    {
        content: "Open the document of the difference",
        trigger: record("CRM-AR-", "button[name='action_open']"),
        run: "click",
    },
    state("posted"),
]);
