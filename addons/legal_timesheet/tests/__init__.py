from . import test_access
from . import test_approval
from . import test_constraints
from . import test_matter
from . import test_quick_entry
from . import test_rate
from . import test_time_entry
from . import test_wall
