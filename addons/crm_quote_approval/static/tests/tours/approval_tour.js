import { registry } from "@web/core/registry";

// A supervisor opens the app, looks at what he is asked to sign, and signs it.
registry.category("web_tour.tours").add("crm_quote_approval_supervisor", {
    steps: () => [
        {
            content: "Open the apps",
            trigger: ".o_navbar_apps_menu button, .o_app[data-menu-xmlid='crm_quote_approval.menu_root']",
            run: "click",
        },
        {
            content: "Open Approvals",
            trigger: ".o_app[data-menu-xmlid='crm_quote_approval.menu_root']",
            run: "click",
        },
        {
            content: "The card has its buttons",
            trigger: ".o_kanban_record:contains(苏州精密机械有限公司) button[name='action_approve']",
        },
        {
            content: "Look at the values first",
            trigger: ".o_kanban_record:contains(苏州精密机械有限公司) .fw-bold",
            run: "click",
        },
        {
            content: "The frozen values are shown",
            trigger: ".o_form_view .o_field_widget[name='snapshot_html']:contains(Press)",
        },
        {
            content: "Sign",
            trigger: ".o_form_view .o_statusbar_buttons button[name='action_approve']",
            run: "click",
        },
        {
            content: "It is signed",
            trigger: ".o_form_view .o_statusbar_status button[data-value='approved'].o_arrow_button_current",
        },
    ],
});
