import { useExternalListener } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { isTyping } from "@legal_timesheet/day/time_entry";

/** What a press on a key does, for the help: the keys, then the words. */
export function keyRows() {
    return [
        ["j", "k", _t("next and previous pre-bill")],
        ["↑", "↓", _t("move in the lines")],
        ["x", _t("Space"), _t("choose the line; Shift ↑ ↓ chooses several")],
        ["e", _t("Enter"), _t("change hours, rate, amount, words")],
        ["b", _t("bill as proposed")],
        ["w", _t("write down")],
        ["o", _t("show, no charge")],
        ["z", _t("write off")],
        ["p", _t("postpone to the next bill")],
        ["m", _t("move to another matter")],
        ["g", _t("show under one label")],
        ["f", _t("merge into one line")],
        ["s", _t("split in parts")],
        ["t", _t("bring the fees to a target")],
        ["d", _t("discount")],
        ["n", _t("note to the client")],
        ["c", _t("plan a call before sending")],
        ["r", _t("restore as proposed")],
        ["u", "Ctrl Z", _t("undo")],
        ["l", _t("leave a comment to a colleague")],
        ["h", _t("put on hold, or release")],
        ["v", _t("send to review")],
        ["y", _t("return with a word")],
        ["a", _t("approve and go on")],
        ["?", _t("show or hide these keys")],
    ].map((row) => ({ keys: row.slice(0, -1), words: row.at(-1) }));
}

function getShortcuts(page) {
    const { model } = page;
    const panel = (kind) => () => page.openPanel(kind);
    return {
        j: () => page.open(model.neighbour(1)),
        k: () => page.open(model.neighbour(-1)),
        ArrowDown: () => model.step(1),
        ArrowUp: () => model.step(-1),
        x: () => model.toggle(model.activeId),
        " ": () => model.toggle(model.activeId),
        e: () => page.edit(),
        Enter: () => page.edit(),
        b: () => page.decide("bill"),
        p: () => page.decide("postpone"),
        r: () => page.restore(),
        w: panel("write_down"),
        o: panel("no_charge"),
        z: panel("write_off"),
        m: panel("move"),
        g: panel("group"),
        f: panel("merge"),
        s: panel("split"),
        t: panel("target"),
        d: panel("discount"),
        n: panel("message"),
        c: panel("call"),
        l: panel("comment"),
        u: () => page.undo(),
        h: () => page.hold(),
        v: () => page.submit(),
        y: () => page.sendBack(),
        a: () => page.approve(),
        "?": () => (page.state.showsKeys = !page.state.showsKeys),
        Escape: () => page.escape(),
    };
}

function getShortcut(ev, page) {
    if (ev.ctrlKey || ev.metaKey) {
        return { z: () => page.undo(), a: () => page.model.toggleAll() }[ev.key];
    }
    if (ev.shiftKey && ev.key.startsWith("Arrow")) {
        return {
            ArrowDown: () => page.model.step(1, true),
            ArrowUp: () => page.model.step(-1, true),
        }[ev.key];
    }
    return getShortcuts(page)[ev.key];
}

/** Have the keys of the help work, wherever nobody types. */
export function useReviewKeys(page) {
    useExternalListener(window, "keydown", (ev) => {
        if (
            ev.defaultPrevented ||
            ev.altKey ||
            isTyping(ev.target) ||
            document.querySelector(".modal.show, .o_dialog, .o_popover, .o-dropdown--menu")
        ) {
            return;
        }
        const onButton = ev.target.closest?.("button, a, summary");
        if (onButton && ["Enter", " "].includes(ev.key)) {
            return;
        }
        const shortcut = getShortcut(ev, page);
        if (shortcut && page.model.page) {
            ev.preventDefault();
            shortcut();
        }
    });
}
