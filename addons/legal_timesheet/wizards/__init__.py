from . import legal_time_quick_entry
from . import legal_time_return
