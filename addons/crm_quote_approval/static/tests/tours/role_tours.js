import { choose, openRecord, press, pressInDialog, pressThe, save, state, write } from "@crm_merchant/../tests/tours/steps";
import { registry } from "@web/core/registry";

// One tour a role, each with what it does to a quote that waits for it. The test puts them in order.

const CUSTOMER = "苏州精密机械有限公司";
const POLICY_NAME = "Tour Policy";
const POLICY = ".o_field_widget[name='step_ids']";

const tour = (name, steps) =>
    registry.category("web_tour.tours").add(`crm_quote_approval_role_${name}`, { steps: () => steps.flat() });

tour("technical_lead_returns", [
    openRecord(CUSTOMER),
    pressThe(".o_approval_return"),
    write("comment", "请补充节拍测算"),
    pressInDialog("action_apply"),
    state("returned"),
]);

tour("finance_manager_adds_legal", [
    openRecord(CUSTOMER),
    pressThe(".o_approval_add_sign"),
    choose("user_ids", "孙文静"),
    write("comment", "质保条款请法务先看"),
    pressInDialog("action_apply"),
    state("waiting"),
]);

tour("legal_approves", [
    openRecord(CUSTOMER),
    { content: "The frozen values are shown", trigger: ".o_field_widget[name='snapshot_html']:contains(Press)" },
    press("action_approve"),
    state("approved"),
]);

// Between two meetings: from the card, with one press.
tour("director_approves", [
    {
        content: "Approve on the card",
        trigger: `.o_kanban_record:contains(${CUSTOMER}) button[name='action_approve']`,
        run: "click",
    },
    { content: "Nothing waits any more", trigger: ".o_kanban_view:not(:has(button[name='action_approve']))" },
]);

tour("general_manager_rejects", [
    openRecord(CUSTOMER),
    pressThe(".o_approval_reject"),
    write("comment", "毛利不足"),
    pressInDialog("action_apply"),
    state("rejected"),
]);

tour("suite_admin_edits_step", [
    openRecord(POLICY_NAME),
    {
        content: "Open the first step",
        isActive: ["desktop"],
        trigger: `${POLICY} .o_data_row:first .o_data_cell[name='name']`,
        run: "click",
    },
    {
        content: "Open the first step",
        isActive: ["mobile"],
        trigger: `${POLICY} .o_kanban_record:first`,
        run: "click",
    },
    { trigger: ".modal .o_field_widget[name='limit_number'] input", run: "edit 2" },
    { trigger: ".modal .o_form_button_save", run: "click" },
    { trigger: "body:not(:has(.modal))" },
    save(),
]);

// A day of one quote: the strip, the submit, a change on the way, a signature with words, and what the seller sees of it.
tour("sales_rep_submits", [
    {
        content: "The strip tells of the credit",
        trigger: ".o_form_view .o_field_widget[name='go_no_go_html'] .fa-exclamation-triangle",
    },
    press("action_approval_submit"),
    {
        content: "It says whom it waits for",
        trigger: ".o_form_view .alert .o_field_widget[name='approval_waiting_for']:contains(王志远)",
    },
]);

tour("supervisor_changes", [
    openRecord(CUSTOMER),
    press("action_edit_open"),
    {
        content: "Into the discount",
        isActive: ["desktop"],
        trigger: ".modal .o_data_row .o_data_cell[name='number']",
        run: "click",
    },
    { isActive: ["desktop"], trigger: ".modal .o_data_cell[name='number'] input", run: "edit 3" },
    {
        content: "Open the discount",
        isActive: ["mobile"],
        trigger: ".modal .o_kanban_record",
        run: "click",
    },
    { isActive: ["mobile"], trigger: ".modal:last .o_field_widget[name='number'] input", run: "edit 3" },
    { isActive: ["mobile"], trigger: ".modal .o_form_button_save", run: "click" },
    { isActive: ["mobile"], trigger: ".modal .o_kanban_record:contains(3)" },
    write("comment", "让利三个点"),
    pressInDialog("action_apply"),
    state("pending"),
]);

tour("supervisor_approves_with_words", [
    {
        content: "The button with the balloon",
        trigger: `.o_kanban_record:contains(${CUSTOMER}) .o_approval_comment`,
        run: "click",
    },
    write("comment", "同意，按三个点执行"),
    pressInDialog("action_apply"),
    { content: "Nothing waits any more", trigger: ".o_kanban_view:not(:has(.o_approval_comment))" },
]);

tour("sales_rep_sees", [
    { content: "Open the tab", trigger: ".o_notebook .nav-link[name='approval']", run: "click" },
    {
        content: "His superior's words are there",
        trigger: ".o_field_widget[name='approval_task_ids']:contains(同意，按三个点执行)",
    },
    {
        content: "Nothing is left to submit",
        trigger: ".o_form_view:not(:has(.alert .o_field_widget[name='approval_waiting_for']))",
    },
]);

// The customer's purchaser finds the quote in the portal and signs it.
tour("customer_signs", [
    {
        content: "Open the quote",
        trigger: ".o_portal_my_doc_table tr td a",
        run: "click",
        expectUnloadPage: true,
    },
    {
        content: "Sign",
        trigger: "a[data-bs-target='#modalaccept']",
        run: "click",
    },
    {
        content: "His name is drawn as a signature; before that, accepting does nothing",
        trigger: ".modal:has(.o_web_sign_name_and_signature input:value(魏采购)) canvas.o_web_sign_signature",
        run: "canvasNotEmpty",
    },
    {
        content: "Accept",
        trigger: ".modal .o_portal_sign_submit:enabled",
        run: "click",
        expectUnloadPage: true,
    },
    {
        content: "It is ordered",
        trigger: ".o_portal_sale_sidebar:not(:has(a[data-bs-target='#modalaccept']))",
    },
]);
