import { choose, openRecord, pressInDialog, pressThe, press, save, state, write } from "@crm_merchant/../tests/tours/steps";
import { registry } from "@web/core/registry";

// One tour a role, each with the act that the role is there for. The tests lay out the records.

const OWNED = "太仓浏河齿轮有限公司";

const tour = (name, steps) =>
    registry.category("web_tour.tours").add(`crm_merchant_role_${name}`, { steps: () => steps.flat() });

// A supervisor hands a lead of one rep to another.
tour("supervisor_reassigns", [
    openRecord(OWNED),
    pressThe(".o_pool_give"),
    {
        content: "To a colleague, not back to the pool",
        trigger: ".modal .o_field_widget[name='mode'] input[data-value='transfer']",
        run: "click",
    },
    choose("user_id", "张一鸣"),
    write("reason", "客户与张一鸣已有往来"),
    pressInDialog("action_give"),
    {
        content: "The colleague holds it",
        trigger: ".o_form_view .o_field_widget[name='user_id'] input:value(张一鸣), .o_form_view .o_field_widget[name='user_id']:contains(张一鸣)",
    },
]);

// A region manager tightens what a member of his pool may take.
tour("region_manager_sets_limit", [openRecord("华东公海"), write("claim_limit_day", "6"), save()]);

// Marketing decides that two leads are the same company.
tour("marketing_merges", [openRecord("昆山德昌"), press("action_confirm"), state("confirmed")]);

// An agent asks before he registers a customer whether somebody has it.
tour("agent_checks_duplicate", [
    write("query", "13862600001"),
    { content: "Check", trigger: ".o_form_view button[name='action_search']", run: "click" },
    {
        content: "Somebody has it, and it is said who",
        trigger: ".o_form_view .o_field_widget[name='line_ids']:contains(李雪梅)",
    },
]);

// The suite administrator changes a number that stands on the company.
tour("admin_sets", [
    write("followup_least_letters", "12"),
    {
        content: "Save; the page loads again",
        trigger: ".o_form_button_save",
        run: "click",
        expectUnloadPage: true,
    },
    {
        content: "The number is kept",
        trigger: ".o_form_view .o_field_widget[name='followup_least_letters'] input:value(12)",
    },
]);
