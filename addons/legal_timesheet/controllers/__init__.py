from . import client_time
from . import week
