import { press, pressInDialog } from "@crm_merchant/../tests/tours/steps";
import { registry } from "@web/core/registry";

// A salesperson enters what the quote lacks, submits it and looks at what was kept.
registry.category("web_tour.tours").add("crm_quote_approval_quote", {
    steps: () =>
        [
            {
                content: "The quote says what is missing; enter it",
                trigger: ".o_form_view .alert button[name='action_quote_parameters']",
                run: "click",
            },
            {
                content: "Into the cell of the force",
                trigger: ".modal .o_data_row:contains(Force) .o_data_cell[name='value']",
                run: "click",
            },
            { trigger: ".modal .o_data_cell[name='value'] input", run: "edit 1600" },
            pressInDialog("action_apply"),
            {
                content: "Nothing is missing any more",
                trigger: ".o_form_view:not(:has(.alert button[name='action_quote_parameters']))",
            },
            press("action_approval_submit"),
            {
                content: "Open the comparison",
                trigger: ".o_form_view button[name='action_compare_versions']",
                run: "click",
            },
            { content: "It shows the money", trigger: ".modal .o_quote_money:contains(128,000.00)" },
            { content: "Close", trigger: ".modal footer button.btn-primary", run: "click" },
            { content: "The dialogue is gone", trigger: "body:not(:has(.modal))" },
        ].flat(),
});
