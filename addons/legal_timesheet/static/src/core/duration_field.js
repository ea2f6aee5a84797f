import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import {
    FloatTimeField,
    floatTimeField,
} from "@web/views/fields/float_time/float_time_field";
import { useInputField } from "@web/views/fields/input_field_hook";
import { InvalidNumberError } from "@web/views/fields/parsers";
import { useNumpadDecimal } from "@web/views/fields/numpad_decimal_hook";
import { parseDuration } from "./duration";

/** Hours that may be typed as 1h30, 1:30, 1,5 or 90m. */
export class DurationField extends FloatTimeField {
    setup() {
        this.inputFloatTimeRef = useInputField({
            getValue: () => this.formattedValue,
            refName: "numpadDecimal",
            parse: (value) => {
                const minutes = parseDuration(value);
                if (minutes === null) {
                    throw new InvalidNumberError(
                        `"${value}" is not a correct duration`
                    );
                }
                return minutes / 60;
            },
        });
        useNumpadDecimal();
    }
}

export const durationField = {
    ...floatTimeField,
    component: DurationField,
    displayName: _t("Duration (1h30)"),
};

registry.category("fields").add("legal_duration", durationField);
