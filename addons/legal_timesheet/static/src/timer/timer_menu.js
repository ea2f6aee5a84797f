import { Component, onWillUnmount, useRef, useState } from "@odoo/owl";
import { useCommand } from "@web/core/commands/command_hook";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { QuickEntryDialog } from "../quick_entry/quick_entry_dialog";
import { TimerPanel } from "./timer_panel";
import { formatSeconds } from "./timer_words";

/** The timer in the top bar of every screen. */
export class TimerMenu extends Component {
    static template = "legal_timesheet.TimerMenu";
    static props = {};

    setup() {
        this.service = useService("legal_timer");
        this.dialog = useService("dialog");
        this.state = useState(this.service.state);
        this.button = useRef("button");
        this.popover = usePopover(TimerPanel, {
            position: "bottom-end",
            arrow: false,
            popoverClass: "o_legal_timer_popover",
            role: "dialog",
        });
        this.onOpen = ({ detail }) => this.open(detail?.stop);
        this.env.bus.addEventListener("LEGAL-TIMER-OPEN", this.onOpen);
        onWillUnmount(() =>
            this.env.bus.removeEventListener("LEGAL-TIMER-OPEN", this.onOpen)
        );
        const isAvailable = () => this.state.isAllowed;
        useCommand(_t("Timer: open"), () => this.open(), {
            hotkey: "alt+shift+t",
            global: true,
            hotkeyOptions: { bypassEditableProtection: true },
            isAvailable,
        });
        useCommand(
            _t("Record time in one line…"),
            () => this.dialog.add(QuickEntryDialog, {}),
            {
                hotkey: "alt+shift+n",
                global: true,
                hotkeyOptions: { bypassEditableProtection: true },
                isAvailable,
            }
        );
    }

    get timer() {
        return this.state.timer;
    }

    get clock() {
        return formatSeconds(this.service.seconds);
    }

    get title() {
        if (!this.timer) {
            return _t("Timer (Alt+Shift+T)");
        }
        const number = this.timer.matter?.number || _t("no matter yet");
        return this.timer.state === "running"
            ? _t("Timer running: %s", number)
            : _t("Timer paused: %s", number);
    }

    get isAsking() {
        return Boolean(
            this.timer?.question || this.state.aside.some((aside) => aside.question)
        );
    }

    toggle() {
        if (this.popover.isOpen) {
            this.popover.close();
        } else {
            this.open();
        }
    }

    open(stop = false) {
        if (!this.button.el) {
            return;
        }
        this.service.stopWanted = Boolean(stop);
        this.popover.open(this.button.el, {
            close: () => this.popover.close(),
            autofocus: !this.timer && !this.env.isSmall,
        });
    }
}

registry
    .category("systray")
    .add("legal_timesheet.timer", { Component: TimerMenu }, { sequence: 30 });
