"""Shortcuts through the layout library that leave its result as it is, to the byte.

A page of ours has hundreds of small boxes of a few kinds. For each of them the
library works out anew what only depends on its style: whether it is in the flow, its
margins in pixels, its font. Here the answer is kept with the style, and styles are
kept for the next document of the same sheets.

They are taken for the versions of the library that they were tested with; with any
other the documents are the same, later. ``tests/test_document_shortcuts.py`` lays
documents out with and without them and compares the files.
"""

import logging
import sys
from operator import attrgetter

_logger = logging.getLogger(__name__)

VERSIONS = {"70.0"}
#: styles kept for the documents to come; the sheets of ours need about a hundred
MAX_STYLES = 3000
NO_RADIUS = (0, 0)
PARAGRAPH_ENDS = frozenset("\n\r\N{PARAGRAPH SEPARATOR}")
CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")
NO_RADII = {f"border_{corner}_radius": NO_RADIUS for corner in CORNERS}
SIDES = ("top", "right", "bottom", "left")
#: what a box's used values are made of, when none of them is a share of another's
LENGTHS = (
    *(f"margin_{side}" for side in SIDES),
    *(f"padding_{side}" for side in SIDES),
    *("width", "min_width", "max_width", "height", "min_height", "max_height"),
)
USED = (*LENGTHS, *(f"border_{side}_width" for side in SIDES))

_originals = []


def _replace(owner, name, make):
    """Put ``make(original)`` in the place of a function, to be taken back."""
    original = owner.__dict__[name] if isinstance(owner, type) else getattr(owner, name)
    _originals.append((owner, name, original))
    setattr(owner, name, make(original))


def take(version):
    """Take the shortcuts, if they are known to fit; return whether they were taken.

    :param str version: the library's
    """
    if _originals:
        return True
    if version not in VERSIONS:
        return False
    try:
        _take()
    except (ImportError, AttributeError, KeyError) as error:
        leave()
        _logger.info("Documents are laid out without shortcuts: %s", error)
        return False
    return True


def leave():
    """Take the original functions back."""
    while _originals:
        owner, name, original = _originals.pop()
        setattr(owner, name, original)


def _take():
    import pydyf
    from weasyprint import css
    from weasyprint.formatting_structure import boxes
    from weasyprint.layout import background, block, percent
    from weasyprint.text import fonts, line_break

    _replace(css.StyleFor, "set_computed_styles", _share_styles)
    for name in ("is_in_normal_flow", "is_floated"):
        _replace(boxes.Box, name, _keep_with_style(f"_own_{name}", attrgetter("style")))
    _replace(boxes.Box, "rounded_box", _skip_without_radius)
    _replace_everywhere(percent.resolve_percentages, _resolve_once(percent))
    _replace(background, "resolve_radii_percentages", _resolve_no_radii)
    _replace(background, "layout_box_backgrounds", _skip_without_background)
    _replace_everywhere(line_break.strut, _keep_with_style("_own_strut"))
    _replace_everywhere(fonts.get_font_description, _keep_with_style("_own_font"))
    _replace_everywhere(block.collapse_margin, _return_a_single_margin)
    _replace(line_break.Layout, "set_text", _say_that_it_is_one_paragraph(line_break))
    _replace(line_break.Layout, "deactivate", _stay_ready)
    _replace(line_break.Layout, "reactivate", _use_what_is_ready)
    _replace(pydyf.PDF, "write", _serialise_streams_once(pydyf))
    _replace(pydyf, "_to_bytes", _look_at_type_first(pydyf))


def _replace_everywhere(function, make):
    """Replace a function in each module of the library that imported it."""
    name = function.__name__
    for module_name, module in list(sys.modules.items()):
        if module_name.split(".")[0] == "weasyprint" and (
            getattr(module, name, None) is function
        ):
            _replace(module, name, make)


# -- styles ----------------------------------------------------------------------------


def _share_styles(original):
    """Give an element the style that an earlier document's element had.

    The same declarations under the same parent's style make the same style. Those of
    pages and pseudo-elements are changed by the layout and stay apart.
    """

    def set_computed_styles(
        self,
        element,
        parent,
        root=None,
        pseudo_type=None,
        base_url=None,
        target_collector=None,
    ):
        if pseudo_type is not None or not hasattr(element, "attrib"):
            return original(
                self, element, parent, root, pseudo_type, base_url, target_collector
            )
        computed = self._computed_styles
        above = computed[parent, None] if parent is not None else None
        cascaded = self._cascaded_styles.get((element, None), {})
        known = self.font_config.__dict__.setdefault("_own_styles", {})
        try:
            key = (id(above), base_url, element is root, _freeze(cascaded))
            style = known.get(key)
        except (AttributeError, TypeError):  # a value that cannot be a key
            key = style = None
        if style is not None:
            computed[element, None] = style
            if target_collector and style["anchor"]:
                target_collector.collect_anchor(style["anchor"])
            return None
        original(self, element, parent, root, pseudo_type, base_url, target_collector)
        if len(known) >= MAX_STYLES:
            known.clear()
        # A style holds its parent's, so that the number of one is never another's.
        if key:
            known[key] = computed[element, None]
        return None

    return set_computed_styles


def _freeze(cascaded):
    """Return declarations as a key that equals those of the same words elsewhere."""
    return tuple(
        (name, _write(value) if name.startswith("__") else value, weight)
        for name, (value, weight) in cascaded.items()
    )


def _write(tokens):
    """Return the text of a custom property, whose tokens are equal to no others."""
    import tinycss2

    return tinycss2.serialize(tokens)


def _keep_with_style(name, get_style=lambda style: style):
    """Keep what a function of a style says with the style.

    :param get_style: returns the style of what the function is asked about, if that
        is no style itself
    """

    def make(original):
        def ask(asked):
            style = get_style(asked)
            try:
                return getattr(style, name)
            except AttributeError:
                answer = original(asked)
                setattr(style, name, answer)
                return answer

        return ask

    return make


# -- boxes -----------------------------------------------------------------------------


def _resolve_once(percent):
    """Work lengths out once for a style in which none is a share of another."""

    from weasyprint.layout.absolute import AbsolutePlaceholder

    def make(original):
        def resolve_percentages(box, containing_block):
            if type(box) is AbsolutePlaceholder:
                box = box._box
            style = box.style
            try:
                plan = style._own_lengths
            except AttributeError:
                plan = style._own_lengths = _plan(style, percent)
            if plan is None:
                original(box, containing_block)
                return
            box.__dict__.update(plan)

        return resolve_percentages

    return make


def _plan(style, percent):
    """Return the used values of a style, None where they depend on what is around."""
    if style["border_collapse"] == "collapse" or style["box_sizing"] == "padding-box":
        return None
    plan = {}
    for name in LENGTHS:
        value = style[name]
        if value == "auto":
            plan[name] = 0 if name in ("min_width", "min_height") else "auto"
        elif getattr(value, "unit", None) == "px":
            plan[name] = value.value
        elif value is None:
            return None
        else:
            return None
    for side in SIDES:
        plan[f"border_{side}_width"] = style[f"border_{side}_width"]
    for axis, sides in (("width", ("left", "right")), ("height", ("top", "bottom"))):
        if style["box_sizing"] == "border-box":
            delta = sum(
                plan[name]
                for side in sides
                for name in (f"padding_{side}", f"border_{side}_width")
            )
            if delta > 0:
                for name in (axis, f"max_{axis}", f"min_{axis}"):
                    if plan[name] != "auto":
                        plan[name] = max(0, plan[name] - delta)
    return plan


def _resolve_no_radii(original):
    from weasyprint.layout.absolute import AbsolutePlaceholder

    def resolve_radii_percentages(box):
        if type(box) is AbsolutePlaceholder:
            # It hands attributes on to its box, but not what is put in beside them.
            box = box._box
        style = box.style
        try:
            is_square = style._own_is_square
        except AttributeError:
            is_square = style._own_is_square = all(
                (0, "px") in style[name] for name in NO_RADII
            )
        if is_square:
            box.__dict__.update(NO_RADII)
        else:
            original(box)

    return resolve_radii_percentages


def _skip_without_radius(original):
    def rounded_box(self, bt, br, bb, bl):
        if (
            self.border_top_left_radius
            == self.border_top_right_radius
            == self.border_bottom_right_radius
            == self.border_bottom_left_radius
            == NO_RADIUS
            and min(bt, br, bb, bl) >= 0
        ):
            return (
                self.border_box_x() + bl,
                self.border_box_y() + bt,
                self.border_width() - bl - br,
                self.border_height() - bt - bb,
                NO_RADIUS,
                NO_RADIUS,
                NO_RADIUS,
                NO_RADIUS,
            )
        return original(self, bt, br, bb, bl)

    return rounded_box


def _skip_without_background(original):
    from weasyprint.draw.color import get_color
    from weasyprint.layout import background

    def is_bare(style):
        return (
            style["border_image_source"][0] == "none"
            and style["mask_border_source"][0] == "none"
            and style["visibility"] != "hidden"
            and not style["box_shadow"]
            and all(kind == "none" for kind, _value in style["background_image"])
            and get_color(style, "background_color").alpha == 0
        )

    def layout_box_backgrounds(
        page, box, get_image_from_uri, layout_children=True, style=None
    ):
        if box is page or style is not None:
            return original(page, box, get_image_from_uri, layout_children, style)
        own = box.style
        try:
            bare = own._own_is_bare
        except AttributeError:
            bare = own._own_is_bare = is_bare(own)
        if not bare:
            return original(page, box, get_image_from_uri, layout_children, style)
        background.resolve_radii_percentages(box)
        box.background = None
        if layout_children:
            for child in box.all_children():
                layout_box_backgrounds(page, child, get_image_from_uri)
        return None

    return layout_box_backgrounds


def _return_a_single_margin(original):
    def collapse_margin(adjoining_margins):
        if len(adjoining_margins) == 1:
            return adjoining_margins[0]
        return original(adjoining_margins)

    return collapse_margin


# -- text ------------------------------------------------------------------------------


def _say_that_it_is_one_paragraph(line_break):
    """Say before a text is measured what the drawing says of each line.

    Said later of a text without paragraphs it changes nothing, but Pango shapes the
    line again.
    """
    set_mode = line_break.pango.pango_layout_set_single_paragraph_mode

    def make(original):
        def set_text(self, text, justify=False):
            set_mode(self.layout, PARAGRAPH_ENDS.isdisjoint(text))
            original(self, text, justify)

        return set_text

    return make


def _stay_ready(original):
    """Keep the line that was measured: it is the one that will be drawn."""

    def deactivate(self):
        pass

    return deactivate


def _use_what_is_ready(original):
    def reactivate(self, style):
        if self.justification_spacing or not hasattr(self, "layout"):
            original(self, style)

    return reactivate


# -- file ------------------------------------------------------------------------------


def _serialise_streams_once(pydyf):
    """Compress a stream once for the file and for the file's identifier."""
    kept = pydyf.Stream.data
    compute = kept.fget

    def make(original):
        def write(self, *args, **kwargs):
            known = {}

            def data(stream):
                found = known.get(id(stream))
                if found is None:
                    found = compute(stream)
                    if stream.compress:
                        known[id(stream)] = found
                return found

            pydyf.Stream.data = property(data)
            try:
                return original(self, *args, **kwargs)
            finally:
                pydyf.Stream.data = kept

        return write

    return make


def _look_at_type_first(pydyf):
    def make(original):
        def to_bytes(item):
            kind = type(item)
            if kind is bytes:
                return item
            if kind is str:
                return item.encode("ascii")
            if kind is int:
                return b"%d" % item
            if kind is float and not item.is_integer():
                return (b"%f" % item).rstrip(b"0")
            return original(item)

        return to_bytes

    return make
