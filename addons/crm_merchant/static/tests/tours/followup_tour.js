import { openRecord, pressInDialog, pressThe, write } from "@crm_merchant/../tests/tours/steps";
import { registry } from "@web/core/registry";

const COMPANY = "太仓浏河齿轮有限公司";

const badge = (field, text) => ({
    content: `Tap ${text}`,
    trigger: `.modal .o_field_widget[name='${field}'] .o_selection_badge:contains(${text})`,
    run: "click",
});

// Twenty seconds after a visit: way, state, what was said, what comes next and when.
registry.category("web_tour.tours").add("crm_merchant_followup", {
    steps: () =>
        [
            openRecord(COMPANY),
            pressThe(".o_followup_write"),
            badge("kind", "拜访"),
            badge("stage_id", "已确认意向"),
            write("content", "采购部王经理确认下月试用两台，要求先寄样件到厂里"),
            write("next_step", "寄样件"),
            {
                content: "The next date is there already",
                trigger: ".modal .o_field_widget[name='next_date'] button:contains(月)",
                run: "click",
            },
            {
                content: "It may be typed short",
                trigger: ".modal .o_field_widget[name='next_date'] input",
                run: "edit +5d && press Tab",
            },
            pressInDialog("action_save"),
            {
                content: "It is said that it counts",
                trigger: ".o_notification:contains(有效)",
            },
        ].flat(),
});
