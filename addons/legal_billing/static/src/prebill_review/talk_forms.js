import { ActForm } from "./act_form";

export class MessageForm extends ActForm {
    static template = "legal_billing.MessageForm";

    getInitial() {
        return { message: this.page.message };
    }

    getAct() {
        return ["message", { message: this.state.message }];
    }
}

export class CallForm extends ActForm {
    static template = "legal_billing.CallForm";

    getInitial() {
        const planned = this.page.figures.call?.planned_on;
        return {
            day: planned || luxon.DateTime.local().plus({ days: 1 }).toISODate(),
            note: "",
        };
    }

    get isPlanned() {
        const { call } = this.page.figures;
        return call?.planned_on && !call.done_on;
    }

    async made() {
        if (await this.model.act("called", {}, "panel")) {
            this.props.onClose();
        }
    }

    async drop() {
        if (await this.model.act("call", { day: false }, "panel")) {
            this.props.onClose();
        }
    }

    getAct() {
        return ["call", { day: this.state.day, note: this.state.note }];
    }
}

export class CommentForm extends ActForm {
    static template = "legal_billing.CommentForm";

    getInitial() {
        return { body: "", about: this.model.active ? "line" : "whole" };
    }

    getAct() {
        const line = this.state.about === "line" && this.model.active;
        return ["comment", { body: this.state.body, line_id: line ? line.id : false }];
    }
}
