"""Centers, their staff, courses and cohorts, and partners: who belongs where.

Not what is learned there (app.learning) nor the accounts themselves (app.accounts).
"""
