import { Component, useExternalListener, useState } from "@odoo/owl";
import { isMobileOS } from "@web/core/browser/feature_detection";
import { _t } from "@web/core/l10n/translation";

/** Whether a line may be shown as one with what is dragged: time of the same price. */
function isSameWork(line, other) {
    return ["employee_id", "grade", "rate"].every((name) => line[name] === other[name]);
}

/**
 * Lines dragged with the mouse, by their grip: onto a line, onto a label, or onto an
 * area of the tray. Each drop is an act that keyboard and menu do alike; on touch,
 * where a drag would be a scroll, there is none.
 *
 * @param {ReviewModel} model its ``drag`` is what is dragged, null when nothing is
 */
export function useLineDrag(model, onDrop) {
    let pointer = "mouse";
    let timer;
    useExternalListener(window, "pointerdown", (ev) => (pointer = ev.pointerType), {
        capture: true,
    });
    const getDragged = () => model.lines.filter((line) => model.drag?.ids.includes(line.id));
    const drag = {
        get isPossible() {
            return Boolean(model.page?.may_edit) && !isMobileOS();
        },

        start(ev, line) {
            if (pointer === "touch" || line.is_fixed) {
                ev.preventDefault();
                return;
            }
            const ids = model.selected.includes(line.id) ? [...model.selected] : [line.id];
            ev.dataTransfer.effectAllowed = "move";
            ev.dataTransfer.setData("text/plain", line.narrative);
            const chip = document.createElement("div");
            chip.className = "o_rv_drag_chip";
            chip.textContent = model.countWords(ids.length);
            document.body.append(chip);
            ev.dataTransfer.setDragImage(chip, -12, -8);
            // Only after the browser took its picture: it gives up a drag otherwise.
            timer = setTimeout(() => {
                chip.remove();
                model.drag = { ids, over: null };
            });
        },

        end() {
            clearTimeout(timer);
            document.querySelector(".o_rv_drag_chip")?.remove();
            model.drag = null;
        },

        isDragged(line) {
            return Boolean(model.drag?.ids.includes(line.id));
        },

        /** What a drop on this line does; null where nothing is to be done there. */
        onLine(line) {
            if (!model.drag || model.drag.ids.includes(line.id)) {
                return null;
            }
            const all = [...getDragged(), line];
            if (
                all.length === 1 ||
                all.some((one) => one.kind !== "time" || one.is_fixed)
            ) {
                return null;
            }
            if (line.group) {
                return drag.onLabel(line.group);
            }
            const panel = all.every((one) => isSameWork(one, line)) ? "merge" : "group";
            return {
                key: `line-${line.id}`,
                panel,
                with: line.id,
                label: panel === "merge" ? _t("Merge") : _t("Show under one label"),
            };
        },

        onLabel(label) {
            const dragged = model.drag ? getDragged() : [];
            return dragged.length && dragged.every((one) => one.kind === "time")
                ? { key: `label-${label}`, act: "group", values: { label } }
                : null;
        },

        over(ev, drop) {
            if (drop && model.drag) {
                ev.preventDefault();
                ev.stopPropagation();
                ev.dataTransfer.dropEffect = "move";
                model.drag.over = drop.key;
            }
        },

        leave(ev, drop) {
            if (model.drag?.over === drop?.key && !ev.currentTarget.contains(ev.relatedTarget)) {
                model.drag.over = null;
            }
        },

        isOver(drop) {
            return Boolean(drop && model.drag?.over === drop.key);
        },

        drop(ev, drop) {
            if (drop && model.drag) {
                ev.preventDefault();
                ev.stopPropagation();
                if (drop.with) {
                    model.drag.ids.unshift(drop.with);
                }
                onDrop(drop);
            }
        },
    };
    return drag;
}

/** Where lines go that leave this pre-bill; in sight while they are dragged. */
export class ReviewDropTray extends Component {
    static template = "legal_billing.ReviewDropTray";
    static props = { model: Object, onDrop: Function };

    setup() {
        this.model = useState(this.props.model);
        this.drag = useLineDrag(this.model, this.props.onDrop);
    }

    get areas() {
        const { lines, drag } = this.model;
        const dragged = lines.filter((line) => drag.ids.includes(line.id));
        const areas = [
            {
                key: "postpone",
                icon: "fa-clock-o",
                label: _t("Postpone"),
                act: "decide",
                values: { decision: "postpone" },
            },
            { key: "write_off", icon: "fa-eraser", label: _t("Write off…"), panel: "write_off" },
            { key: "move", icon: "fa-share", label: _t("Another matter…"), panel: "move" },
        ];
        if (dragged.every((line) => line.kind === "time")) {
            areas.push({
                key: "group",
                icon: "fa-object-group",
                label: _t("Under one label…"),
                panel: "group",
            });
        }
        if (dragged.some((line) => line.group)) {
            areas.push({
                key: "alone",
                icon: "fa-object-ungroup",
                label: _t("Each by itself"),
                act: "group",
                values: { label: "" },
            });
        }
        return areas;
    }
}
