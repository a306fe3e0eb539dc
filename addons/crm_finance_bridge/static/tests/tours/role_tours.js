import { press, save, state, write } from "@crm_merchant/../tests/tours/steps";
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

const pick = (field, text) => [
    {
        isActive: ["desktop"],
        trigger: `.o_form_view .o_field_widget[name='${field}'] input`,
        run: `edit ${text}`,
    },
    {
        isActive: ["desktop"],
        trigger: `.o-autocomplete--dropdown-item:contains(${text})`,
        run: "click",
    },
    {
        isActive: ["mobile"],
        trigger: `.o_form_view .o_field_widget[name='${field}'] input`,
        run: "click",
    },
    {
        isActive: ["mobile"],
        trigger: `.modal .o_kanban_record:contains(${text}), .modal .o_data_row:contains(${text}) .o_data_cell`,
        run: "click",
    },
    { isActive: ["mobile"], trigger: "body:not(:has(.modal))" },
];

// Numbers of U8+ for what Kingdee never asks for: the form shows what fits the kind that was chosen.
registry.category("web_tour.tours").add("crm_finance_bridge_role_clerk_maps", {
    steps: () =>
        [
            {
                content: "A new row",
                trigger: ".o_list_button_add, .o-kanban-button-new",
                run: "click",
            },
            pick("connection_id", "U8"),
            {
                content: "Open the kinds",
                trigger: ".o_form_view .o_field_widget[name='kind'] input",
                run: "click",
            },
            {
                content: "Numbers of sales teams",
                trigger: ".o_select_menu_item:contains(销售团队), .o_select_menu_item:contains(Sales Team)",
                run: "click",
            },
            pick("team_id", "华东销售部"),
            write("number", "03"),
            save(),
        ].flat(),
});
