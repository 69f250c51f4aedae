"""The verbs that the command line and the windows share, one a module: each opens, resolves, works and reports.

Long verbs are generators of frozen reports; what can be refused is refused before the first report.
"""
