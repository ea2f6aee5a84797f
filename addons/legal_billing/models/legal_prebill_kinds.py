#: kinds of line taken off the fees: negative by nature, and nobody's decision
ALLOWANCES = ("discount", "cap")
