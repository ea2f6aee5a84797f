from . import short_link
