import { GroupForm, MergeForm, MoveForm, SplitForm } from "./line_forms";
import { CallForm, CommentForm, MessageForm } from "./talk_forms";
import { DiscountForm, LoseForm, TargetForm, WriteDownForm } from "./value_forms";

/** The form of each act that asks something. */
export const ACT_FORMS = {
    write_down: WriteDownForm,
    no_charge: LoseForm,
    write_off: LoseForm,
    target: TargetForm,
    discount: DiscountForm,
    move: MoveForm,
    group: GroupForm,
    merge: MergeForm,
    split: SplitForm,
    message: MessageForm,
    call: CallForm,
    comment: CommentForm,
};
