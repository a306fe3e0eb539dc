// Steps that the tours of all our addons share. They run at the size of a desk and of a phone, where a list is a stack
// of cards, a header hides its buttons behind dots and a choice opens a dialogue.

/** A record of a list, or its card; ``within`` is something inside it. */
export const record = (text, within = "") =>
    [".o_data_row", ".o_kanban_record"].map((row) => `${row}:contains(${text}) ${within}`).join(", ");

/** Opens a record from its list or cards. */
export const openRecord = (text) => ({
    content: `Open ${text}`,
    trigger: `.o_data_row .o_data_cell:contains(${text}), .o_kanban_record:contains(${text})`,
    run: "click",
});

/** Presses a button of the form's header by a selector such as ``[name='action_approve']`` or a class. */
export const pressThe = (selector) => [
    {
        content: `Unfold the header for ${selector}`,
        trigger: ".o_form_view .o_statusbar_buttons",
        async run({ queryFirst, click }) {
            const more = queryFirst(".o_statusbar_buttons button:has(.oi-ellipsis-v)");
            if (!queryFirst(`.o_statusbar_buttons button${selector}`) && more) {
                await click(more);
            }
        },
    },
    {
        content: `Press ${selector}`,
        trigger: `.o_statusbar_buttons button${selector}:enabled, .o-dropdown--menu button${selector}:enabled`,
        run: "click",
    },
];

/** Presses the header's button of a method. */
export const press = (name) => pressThe(`[name='${name}']`);

/** Presses the main button of the dialogue and waits until the dialogue is gone. */
export const pressInDialog = (name) => [
    {
        content: `Press ${name} in the dialogue`,
        trigger: `.modal footer button[name='${name}']:enabled`,
        run: "click",
    },
    { content: "The dialogue is gone", trigger: "body:not(:has(.modal))" },
];

/** Waits until the form shows a state; on a phone the bar of states is one button. */
export const state = (value) => ({
    content: `The state is ${value}`,
    trigger: `.o_form_view:has(.o_statusbar_status [data-value='${value}'].o_arrow_button_current)`,
});

/** Chooses a record in a dialogue's field that points to one, or to many. */
export const choose = (field, text) => {
    const input = `.modal .o_field_widget[name='${field}'] input`;
    return [
        { content: `Type ${text}`, isActive: ["desktop"], trigger: input, run: `edit ${text}` },
        {
            isActive: ["desktop"],
            trigger: `.o-autocomplete--dropdown-item:contains(${text})`,
            run: "click",
        },
        { content: `Choose ${text}`, isActive: ["mobile"], trigger: input, run: "click" },
        {
            isActive: ["mobile"],
            trigger: `.modal:last .o_kanban_record:contains(${text}), .modal:last .o_data_row:contains(${text}) .o_data_cell`,
            run: "click",
        },
        { isActive: ["mobile"], trigger: "body:not(:has(.modal .o_kanban_view))" },
    ];
};

/** Writes into a field of one or many lines. */
export const write = (field, text) => ({
    content: `Write ${field}`,
    trigger: [".modal", ".o_form_view"]
        .flatMap((place) => ["input", "textarea"].map((tag) => `${place} .o_field_widget[name='${field}'] ${tag}`))
        .join(", "),
    run: `edit ${text}`,
});

/** Saves the form. */
export const save = () => [
    { content: "Save", trigger: ".o_form_view .o_form_button_save:enabled", run: "click" },
    { content: "It is saved", trigger: ".o_form_view .o_form_saved, .o_form_view.o_form_saved, .o_form_saved" },
];

/** Writes a note that stays among ourselves. */
export const logNote = (text) => [
    { content: "Write a note", trigger: ".o-mail-Chatter-logNote", run: "click" },
    { content: "Its text", trigger: ".o-mail-Composer-input", run: `edit ${text}` },
    { content: "Keep it", trigger: ".o-mail-Composer-send:enabled", run: "click" },
    { content: "It stands in the record's story", trigger: `.o-mail-Message:contains(${text})` },
];
