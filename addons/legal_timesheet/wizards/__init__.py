from . import legal_time_export
from . import legal_time_import_check
from . import legal_time_import
from . import legal_time_import_line
from . import legal_time_client_ask
from . import legal_time_quick_entry
from . import legal_time_return
