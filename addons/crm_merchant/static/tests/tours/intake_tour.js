import { pressInDialog, write } from "@crm_merchant/../tests/tours/steps";
import { registry } from "@web/core/registry";

const VISITOR = "无锡启明阀门有限公司";

const fill = (name, text) => ({ content: `Fill ${name}`, trigger: `.o_intake_form [name='${name}']`, run: `edit ${text}` });

/** Writes and goes on to the next field, so that the form answers. */
const writeAndLeave = (field, text) => {
    const step = write(field, text);
    return { ...step, run: `${step.run} && press Tab` };
};

/** A photo as a camera gives it. */
const photograph = async (input) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 400 });
    canvas.getContext("2d").fillRect(0, 0, 640, 400);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg"));
    const files = new DataTransfer();
    files.items.add(new File([blob], "card.jpg", { type: "image/jpeg" }));
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
};

// Somebody at the fair scans the QR code, photographs his card and sends.
registry.category("web_tour.tours").add("crm_merchant_intake_visitor", {
    steps: () => [
        fill("company", VISITOR),
        fill("contact", "王伟"),
        fill("phone", "139 0000 1111"),
        { content: "Province", trigger: ".o_intake_form select[name='province']", run: "select 江苏省" },
        fill("need", "两台五轴，月底前要报价"),
        {
            content: "Photograph the card",
            trigger: ".o_intake_form input[name='photo']",
            run: ({ anchor }) => photograph(anchor),
        },
        { content: "Agree", trigger: ".o_intake_form input[name='agree']", run: "check" },
        { content: "Send", trigger: ".o_intake_form button[type='submit']", run: "click", expectUnloadPage: true },
        { content: "Thanks, and nothing else is told", trigger: `.alert-success:not(:contains(${VISITOR}))` },
    ],
});

// A customer calls; the rep notes it down and keeps it.
registry.category("web_tour.tours").add("crm_merchant_intake_phone", {
    steps: () =>
        [
            writeAndLeave("phone", "13862600001"),
            {
                content: "It is there already, and it is said with whom",
                trigger: ".alert-warning:contains(李雪梅)",
            },
            writeAndLeave("phone", "13900001111"),
            { content: "That one is new", trigger: ".modal:not(:has(.alert-warning:contains(李雪梅)))" },
            write("contact", "王伟"),
            write("company", VISITOR),
            write("need", "电话问五轴交期"),
            {
                content: "I take it myself",
                trigger: ".o_field_widget[name='keep'] input",
                run: "check",
            },
            pressInDialog("action_save"),
            {
                content: "The lead is open before him",
                trigger: ".o_form_view .o_field_widget[name='phone'] input:value(13900001111)",
            },
        ].flat(),
});
