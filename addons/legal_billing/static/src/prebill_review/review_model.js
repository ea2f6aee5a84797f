import { _t } from "@web/core/l10n/translation";
import { KeepLast, Mutex } from "@web/core/utils/concurrency";
import { refusalOf } from "@legal_timesheet/day/time_entry";

/**
 * The queue, the pre-bill that is open and what is chosen on it. Acts are done one
 * after the other; a refusal says where, and throws away nothing that was typed.
 */
export class ReviewModel {
    constructor(orm, { domain = null, onPage = () => {} } = {}) {
        this.orm = orm;
        this.domain = domain;
        this.onPage = onPage;
        this.mutex = new Mutex();
        this.keepLast = new KeepLast();
        this.queue = null;
        this.page = null;
        this.activeId = null;
        this.selected = [];
        this.panel = null; // the act whose form is open
        this.drag = null; // { ids, over } while lines are dragged
        this.editing = null; // the line that is being typed in
        this.editingField = null; // where the typing begins
        this.problem = null; // { where: "page" | "panel" | "edit" | "queue", sentence }
        this.word = null; // what was just done
        this.reasonId = false; // the reason chosen last
        this.isBusy = false;
    }

    // ---------------------------------------------------------------- reading

    async loadQueue(scope = this.queue?.scope) {
        this.queue = await this.orm.silent.call("legal.prebill", "get_review_queue", [], {
            domain: this.domain,
            scope: scope || null,
        });
    }

    async open(id) {
        this.forget();
        this.word = null;
        if (!id) {
            this.page = null;
            return;
        }
        try {
            const page = await this.keepLast.add(
                this.orm.silent.call("legal.prebill", "get_review_page", [id])
            );
            this.setPage(page);
        } catch (error) {
            this.refuse("page", error);
        }
    }

    forget() {
        Object.assign(this, {
            selected: [],
            panel: null,
            drag: null,
            editing: null,
            problem: null,
            activeId: null,
        });
    }

    setPage(page) {
        this.page = page;
        const ids = this.lines.map((line) => line.id);
        this.selected = this.selected.filter((id) => ids.includes(id));
        if (!ids.includes(this.activeId)) {
            this.activeId = ids[0] || null;
        }
        this.onPage(page);
    }

    async reload() {
        if (this.page) {
            await this.act("look");
        }
    }

    // ----------------------------------------------------------------- lines

    get lines() {
        return (this.page?.sections || []).flatMap((section) =>
            section.rows.filter((row) => row.type === "line")
        );
    }

    lineOf(id) {
        return this.lines.find((line) => line.id === id);
    }

    get active() {
        return this.lineOf(this.activeId);
    }

    /** The lines an act is about: those chosen, else the one with the focus. */
    get targets() {
        const chosen = this.lines.filter((line) => this.selected.includes(line.id));
        return chosen.length ? chosen : this.active ? [this.active] : [];
    }

    step(count, extends_ = false) {
        const ids = this.lines.map((line) => line.id);
        const index = ids.indexOf(this.activeId) + count;
        if (index < 0 || index >= ids.length) {
            return;
        }
        if (extends_) {
            this.choose(this.activeId);
            this.choose(ids[index]);
        }
        this.activeId = ids[index];
    }

    choose(id) {
        if (id && !this.selected.includes(id) && !this.lineOf(id).is_fixed) {
            this.selected.push(id);
        }
    }

    toggle(id) {
        if (this.selected.includes(id)) {
            this.selected.splice(this.selected.indexOf(id), 1);
        } else {
            this.choose(id);
        }
    }

    /** Choose all from the line with the focus to another one. */
    chooseTo(id) {
        const ids = this.lines.map((line) => line.id);
        const ends = [ids.indexOf(this.activeId), ids.indexOf(id)];
        ids.slice(Math.min(...ends), Math.max(...ends) + 1).forEach((one) => this.choose(one));
    }

    toggleAll(ids = this.lines.map((line) => line.id)) {
        const free = ids.filter((id) => !this.lineOf(id).is_fixed);
        if (free.every((id) => this.selected.includes(id))) {
            this.selected = this.selected.filter((id) => !free.includes(id));
        } else {
            free.forEach((id) => this.choose(id));
        }
    }

    // ----------------------------------------------------------------- queue

    get rows() {
        return this.queue?.rows || [];
    }

    get index() {
        return this.rows.findIndex((row) => row.id === this.page?.id);
    }

    neighbour(count) {
        return this.rows[this.index + count]?.id;
    }

    /** The next pre-bill that waits for a decision, round the queue. */
    get next() {
        const at = this.index + 1;
        const others = [...this.rows.slice(at), ...this.rows.slice(0, Math.max(at - 1, 0))];
        return others.find((row) => row.waits)?.id;
    }

    get left() {
        return this.rows.filter((row) => row.waits).length;
    }

    setRow(row) {
        const at = this.rows.findIndex((one) => one.id === row.id);
        if (at >= 0) {
            this.rows[at] = row;
        }
    }

    // ------------------------------------------------------------------ acts

    /**
     * Do one act on the pre-bill that is open.
     *
     * @param {string} act
     * @param {Object} values
     * @param {string} where the place where a refusal is said
     * @returns {Promise<boolean>} whether it was done
     */
    async act(act, values = {}, where = "page") {
        const id = this.page.id;
        return this.mutex.exec(async () => {
            this.isBusy = true;
            try {
                const answer = await this.call(id, act, values);
                this.setRow(answer.row);
                if (this.page?.id === id) {
                    this.problem = null;
                    this.setPage(answer.page);
                }
                if (values.reason_id) {
                    this.reasonId = values.reason_id;
                }
                return true;
            } catch (error) {
                this.refuse(where, error);
                return false;
            } finally {
                this.isBusy = false;
            }
        });
    }

    /** What an act would do; nothing is kept. */
    async preview(act, values) {
        const { page } = await this.call(this.page.id, act, values, true);
        return page;
    }

    call(id, act, values, preview = false) {
        return this.orm.silent.call("legal.prebill", "act_on_review_page", [id, act], {
            values,
            preview,
        });
    }

    refuse(where, error) {
        this.problem = { where, sentence: refusalOf(error) };
    }

    say(sentence, undo = null) {
        this.word = { sentence, undo };
    }

    problemAt(where) {
        return this.problem?.where === where ? this.problem.sentence : "";
    }

    countWords(count = this.targets.length) {
        return count === 1 ? _t("1 line") : _t("%s lines", count);
    }
}
