from . import test_sold_time
