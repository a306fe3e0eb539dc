import { registry } from "@web/core/registry";

// The day of a service agent: his ticket, an answer, the solution. At the size of a desk and of a phone; the steps look
// for names of fields and buttons, never for texts of the screen.

const SUBJECT = "主轴异响 tour";

/** Presses a button of the form's header, which on a phone may lie behind the dots. */
const press = (name) => [
    {
        content: `Unfold the header for ${name}`,
        trigger: ".o_form_view .o_statusbar_buttons",
        async run({ queryFirst, click }) {
            const more = queryFirst(".o_statusbar_buttons button:has(.oi-ellipsis-v)");
            if (!queryFirst(`.o_statusbar_buttons button[name='${name}']`) && more) {
                await click(more);
            }
        },
    },
    {
        content: `Press ${name}`,
        trigger: `.o_statusbar_buttons button[name='${name}']:enabled, .o-dropdown--menu button[name='${name}']:enabled`,
        run: "click",
    },
];

const state = (value) => ({
    content: `The state is ${value}`,
    trigger: `.o_form_view:has(.o_statusbar_status [data-value='${value}'].o_arrow_button_current)`,
});

registry.category("web_tour.tours").add("crm_service_ticket_agent", {
    steps: () =>
        [
            {
                content: "Open the ticket",
                trigger: `.o_data_row .o_data_cell:contains(${SUBJECT}), .o_kanban_record:contains(${SUBJECT})`,
                run: "click",
            },
            state("assigned"),
            press("action_start"),
            state("in_progress"),
            press("action_wait"),
            state("waiting_customer"),
            press("action_solve"),
            {
                content: "The solution is asked for",
                trigger: ".modal .o_field_widget[name='solution'] textarea",
                run: "edit 更换主轴轴承",
            },
            {
                content: "Solve",
                trigger: ".modal footer button[name='action_apply']",
                run: "click",
            },
            state("solved"),
        ].flat(),
});

// The customer in the portal: reports a problem and finds it again.
registry.category("web_tour.tours").add("crm_service_ticket_customer", {
    steps: () => [
        {
            content: "Report a problem",
            trigger: "a.o_ticket_new",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Say what it is about",
            trigger: "#ticket_subject",
            run: "edit 急停无法复位",
        },
        {
            content: "Choose the machine",
            trigger: "#ticket_asset",
            run: "selectByIndex 1",
        },
        {
            content: "Describe it",
            trigger: "#ticket_description",
            run: "edit 急停按钮弹起后设备仍报警",
        },
        {
            content: "Send",
            trigger: ".o_ticket_send",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The ticket is there",
            trigger: "h4:contains(急停无法复位)",
        },
        {
            content: "Messages can be written",
            trigger: "#chatterRoot, .o_portal_chatter, #discussion",
        },
    ],
});
