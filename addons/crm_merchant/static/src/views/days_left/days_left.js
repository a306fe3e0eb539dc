import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { RemainingDaysField, remainingDaysField } from "@web/views/fields/remaining_days/remaining_days_field";

/** What is left until a day, always in days: "next month" may be tomorrow. */
export class DaysLeftField extends RemainingDaysField {
    get diffString() {
        const days = this.diffDays;
        if (days === null) {
            return "";
        }
        if (days < 0) {
            return days === -1 ? _t("1 day over") : _t("%s days over", -days);
        }
        if (days === 0) {
            return _t("today");
        }
        return days === 1 ? _t("1 day left") : _t("%s days left", days);
    }
}

registry.category("fields").add("days_left", { ...remainingDaysField, component: DaysLeftField });
