import { write } from "@crm_merchant/../tests/tours/steps";
import { registry } from "@web/core/registry";

// The five steps to a connection, as someone walks them who is not technical: what is missing is said, and he goes on.

const next = (step) => [
    {
        content: "Press Next",
        trigger: ".modal footer button[name='action_next']:enabled",
        run: "click",
    },
    {
        content: `The step is ${step}`,
        trigger: `.modal:has(.o_statusbar_status [data-value='${step}'].o_arrow_button_current)`,
    },
];

registry.category("web_tour.tours").add("crm_finance_bridge_setup", {
    steps: () =>
        [
            {
                content: "It begins with the product",
                trigger: ".modal:has(.o_statusbar_status [data-value='product'].o_arrow_button_current)",
            },
            next("address"),
            {
                content: "Next without an address",
                trigger: ".modal footer button[name='action_next']:enabled",
                run: "click",
            },
            {
                content: "What is empty is said",
                trigger: ".o_error_dialog footer button.btn-primary, .modal:has(.o_error_dialog) footer .btn-primary",
                run: "click",
            },
            write("base_url", "https://erp.example.com/k3cloud/"),
            write("account_set", "5f0000000001"),
            write("user_name", "crm"),
            write("app_id", "200000_tour"),
            write("organisation", "100"),
            next("secret"),
            {
                content: "The secret is typed unseen",
                trigger: ".modal .o_field_widget[name='secret_input'] input[type='password']",
                run: "edit s3cret-0123456789-tour",
            },
            next("test"),
            {
                content: "Test",
                trigger: ".modal button[name='action_test']",
                run: "click",
            },
            {
                content: "It works",
                trigger: ".modal .alert-success:visible .o_field_widget[name='test_result']",
            },
            next("mapping"),
            write("default_material", "M001"),
            write("default_unit", "Pcs"),
            {
                content: "Finish",
                trigger: ".modal footer button[name='action_next']:enabled",
                run: "click",
            },
            {
                content: "The dry run says what would be sent",
                trigger: ".o_form_view .o_field_widget[name='create_count']",
            },
        ].flat(),
});
